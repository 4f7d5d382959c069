/** A pull request, its files and a commit as GitHub tells them, cut down to what the tools use. */
import { z } from 'zod'
import type { WorkItem } from '../shape/work-item.ts'
import { githubPerson, strangersText } from './github-issue.ts'

const Login = z.object({ login: strangersText }).nullish()
const Branch = z.object({ ref: strangersText, sha: z.string() })

/** GitHub's pull request → ours, without the repository that is in its reference. */
export const GithubPullRequest = z
  .object({
    number: z.number().int(),
    title: strangersText,
    state: z.string(),
    body: strangersText.nullish(),
    draft: z.boolean().default(false),
    user: Login,
    labels: z.array(z.object({ name: strangersText })).default([]),
    assignees: z.array(z.object({ login: strangersText })).nullish(),
    head: Branch,
    base: Branch,
    merged_at: z.string().nullish(),
    created_at: z.string(),
    updated_at: z.string(),
    html_url: z.string(),
  })
  .transform((pull) => ({
    number: pull.number,
    title: pull.title,
    body: pull.body ?? '',
    state: pull.merged_at ? 'merged' : pull.draft ? 'draft' : pull.state,
    status: pullStatus(pull),
    labels: pull.labels.map((label) => label.name),
    author: githubPerson(pull.user?.login ?? 'ghost'),
    assignees: (pull.assignees ?? []).map((each) => githubPerson(each.login)),
    head: pull.head.ref,
    base: pull.base.ref,
    created_at: pull.created_at,
    updated_at: pull.updated_at,
    url: pull.html_url,
  }))
export type GithubPullRequest = z.output<typeof GithubPullRequest>

function pullStatus(pull: { state: string; merged_at?: string | null | undefined }): WorkItem['status'] {
  if (pull.merged_at) return 'done'
  return pull.state === 'open' ? 'started' : 'canceled'
}

/** The files that a pull request changes. */
export const GithubChangedFiles = z.array(
  z.object({ filename: strangersText, status: z.string(), additions: z.number(), deletions: z.number() }),
)

/** Commits with what they say. */
export const GithubCommitLog = z.array(
  z
    .object({
      sha: z.string(),
      html_url: z.string().nullish(),
      author: z.object({ login: strangersText }).nullish(),
      commit: z.object({
        message: strangersText,
        author: z.object({ name: strangersText.nullish(), email: strangersText.nullish(), date: z.string().nullish() }),
      }),
    })
    .transform(({ sha, html_url, author, commit }) => ({
      sha,
      message: commit.message,
      author: {
        ...githubPerson(author?.login ?? commit.author.email ?? 'unknown'),
        ...(commit.author.name ? { name: commit.author.name } : {}),
      },
      at: commit.author.date ?? '',
      url: html_url ?? '',
    })),
)
