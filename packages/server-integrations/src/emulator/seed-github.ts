/** Fills the offline repository through the emulator's own API: commits by their authors, then issues up to the story's number. */
import { SEED_COMMITS, type SeedCommit, seedFile } from './seed-files.ts'
import { backlogIssues, type SeedIssue, STORY_ISSUES } from './seed-issues.ts'

const DAY_MS = 24 * 60 * 60 * 1_000
const BRANCH = 'main'

/** A token for each login of the offline GitHub. */
export type SeedTokens = Record<string, string>

/** The emulator to fill. */
export interface SeedTarget {
  origin: string
  /** `owner/name`, existing and with a first commit. */
  repo: string
  tokens: SeedTokens
}

/** The parts of the emulator's answers that seeding uses. */
interface SeedAnswer {
  number: number
  sha: string
  object: { sha: string }
  tree: { sha: string }
}

type Send = (request: {
  method: 'GET' | 'POST' | 'PATCH'
  path: string
  as: string
  json?: unknown
}) => Promise<SeedAnswer>

/** Fills the repository; stops with an error when `signal` aborts. */
export async function seedGithub(target: SeedTarget, signal: AbortSignal): Promise<void> {
  const { Client } = await import('undici')
  const client = new Client(target.origin)
  const send: Send = async ({ method, path, as, json }) => {
    const response = await client.request({
      method,
      path: `/repos/${target.repo}${path}`,
      headers: { authorization: `Bearer ${target.tokens[as]}`, 'content-type': 'application/json' },
      body: json === undefined ? null : JSON.stringify(json),
      signal,
    })
    if (response.statusCode >= 300) throw new Error(`Cannot seed ${method} ${path}: status ${response.statusCode}`)
    return (await response.body.json()) as SeedAnswer
  }
  try {
    for (const commit of SEED_COMMITS) await addCommit(send, commit)
    // The emulator numbers issues in the order they come, so the story's issue needs all those before it.
    for (const issue of [...backlogIssues(), ...STORY_ISSUES]) await addIssue(send, issue)
    for (const pull of PULL_REQUESTS) await addPullRequest(send, pull)
  } finally {
    await client.destroy()
  }
}

async function addCommit(send: Send, commit: SeedCommit): Promise<void> {
  const as = commit.author.login
  const head = await send({ method: 'GET', path: `/git/ref/heads/${BRANCH}`, as })
  const parent = await send({ method: 'GET', path: `/git/commits/${head.object.sha}`, as })
  const files = commit.files.map((path) => ({ path, mode: '100644', type: 'blob', content: seedFile(path) }))
  const tree = await send({ method: 'POST', path: '/git/trees', as, json: { base_tree: parent.tree.sha, tree: files } })
  const date = new Date(Date.now() - commit.daysAgo * DAY_MS).toISOString()
  const author = { name: commit.author.name, email: commit.author.email, date }
  const made = await send({
    method: 'POST',
    path: '/git/commits',
    as,
    json: { message: commit.message, tree: tree.sha, parents: [head.object.sha], author, committer: author },
  })
  await send({ method: 'PATCH', path: `/git/refs/heads/${BRANCH}`, as, json: { sha: made.sha } })
}

/** Numbered after the issues. */
const PULL_REQUESTS = [
  {
    title: 'Checkout: refuse a coupon that is applied already',
    body: 'Fixes #456. `src/checkout/coupon.ts` no longer reads an amount that was never granted.',
    head: 'fix/coupon-twice',
    as: 'maria-l',
    file: {
      path: 'src/checkout/coupon-guard.ts',
      content: 'export const isApplied = (codes: string[], code: string) => codes.includes(code)\n',
    },
  },
  {
    title: 'Docs: how many coupons a cart may hold',
    body: 'Answers #454.',
    head: 'docs/coupon-limits',
    as: 'priya-s',
    file: { path: 'docs/checkout/coupon-limits.md', content: '# Limits of coupons\n\nA cart holds at most three.\n' },
  },
] as const

async function addPullRequest(
  send: Send,
  { title, body, head, as, file }: (typeof PULL_REQUESTS)[number],
): Promise<void> {
  const base = await send({ method: 'GET', path: `/git/ref/heads/${BRANCH}`, as })
  const parent = await send({ method: 'GET', path: `/git/commits/${base.object.sha}`, as })
  const files = [{ ...file, mode: '100644', type: 'blob' }]
  const tree = await send({ method: 'POST', path: '/git/trees', as, json: { base_tree: parent.tree.sha, tree: files } })
  const commit = { message: title, tree: tree.sha, parents: [base.object.sha] }
  const made = await send({ method: 'POST', path: '/git/commits', as, json: commit })
  await send({ method: 'POST', path: '/git/refs', as, json: { ref: `refs/heads/${head}`, sha: made.sha } })
  await send({ method: 'POST', path: '/pulls', as, json: { title, body, head, base: BRANCH } })
}

async function addIssue(send: Send, issue: SeedIssue): Promise<void> {
  const { title, body, labels, author: as } = issue
  const { number } = await send({ method: 'POST', path: '/issues', as, json: { title, body, labels } })
  for (const comment of issue.comments)
    await send({ method: 'POST', path: `/issues/${number}/comments`, as: comment.author, json: { body: comment.body } })
  if (issue.closed)
    await send({
      method: 'PATCH',
      path: `/issues/${number}`,
      as,
      json: { state: 'closed', state_reason: 'completed' },
    })
}
