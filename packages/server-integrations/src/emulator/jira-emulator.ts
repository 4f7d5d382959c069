/** The offline Jira: one project of the sample company, with the searches, reads and creations that the tools make. */
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { OwnEndpoint } from '../connection/connection.ts'
import { type EmulatedAnswer, type EmulatedRequest, startOwnEmulator } from './own-emulator.ts'

/** The project that exists offline. */
export const OFFLINE_PROJECT = 'OPS'

const USERS = [
  { accountId: '5f0001', displayName: 'Maria Lindqvist', emailAddress: 'maria.lindqvist@acme.dev' },
  { accountId: '5f0002', displayName: 'Devon Park', emailAddress: 'devon.park@acme.dev' },
  { accountId: '5f0003', displayName: 'Priya Raman', emailAddress: 'priya.raman@acme.dev' },
]
const SUMMARIES = [
  'Rotate the payment certificates',
  'Alert when checkout errors exceed 1 %',
  'Move the search index to the new cluster',
  'Restore drill for the orders database',
  'On-call hand-over notes',
  'Clean up preview environments',
]
const HOUR_MS = 60 * 60_000

const NewIssue = z.object({
  fields: z.looseObject({
    project: z.object({ key: z.string().optional() }).optional(),
    summary: z.string().optional(),
    assignee: z.object({ accountId: z.string().optional() }).nullish(),
  }),
})

interface Issue {
  id: number
  key: string
  fields: Record<string, unknown> & { summary: string; created: string }
}

/** Starts it; its state lives as long as the process. */
export async function startJiraEmulator(): Promise<OwnEndpoint> {
  const token = `causeway@acme.dev:${randomBytes(16).toString('hex')}`
  const { origin, close } = await startOwnEmulator(jiraAnswers(token))
  return { baseUrl: origin, token, close }
}

function jiraAnswers(token: string): (request: EmulatedRequest) => EmulatedAnswer {
  const issues: Issue[] = []
  const add = (summary: string, more: Record<string, unknown>) => {
    const id = issues.length + 1
    const at = new Date(Date.now() - ((more.daysAgo as number | undefined) ?? 0) * 24 * HOUR_MS).toISOString()
    const issue = { id, key: `${OFFLINE_PROJECT}-${id}`, fields: fieldsOf(summary, at, more) }
    issues.push(issue)
    return issue
  }
  SUMMARIES.forEach((summary, i) => {
    add(summary, { daysAgo: 30 - i, assignee: USERS[i % USERS.length], description: documentOf(`${summary}.`) })
  })
  const expected = `Basic ${Buffer.from(token).toString('base64')}`
  return (request) => {
    if (request.headers.authorization !== expected) return refused(401, 'Client must be authenticated')
    const route = `${request.method} ${request.path.replace(/^\/rest\/api\/3/, '')}`
    if (route === 'GET /search/jql') return search(issues, request.query)
    if (route === 'GET /user/assignable/search') return people(request.query)
    if (route === 'POST /issue') return create(request.body, add)
    const key = /^GET \/issue\/([A-Z]+-\d+)$/.exec(route)?.[1]
    const issue = issues.find((each) => each.key === key)
    return issue ? { status: 200, body: issue } : refused(404, 'Issue does not exist')
  }
}

function fieldsOf(summary: string, at: string, more: Record<string, unknown>): Issue['fields'] {
  const { daysAgo: _, ...given } = more
  const status = { name: 'To Do', statusCategory: { key: 'new' } }
  const comment = { comments: [] }
  return { summary, status, labels: [], reporter: USERS[1], created: at, updated: at, comment, ...given }
}

/** The two forms of JQL that the tools write. */
function search(issues: readonly Issue[], query: URLSearchParams): EmulatedAnswer {
  const jql =
    /^project = "((?:[^"\\]|\\.)*)"(?: AND summary ~ "((?:[^"\\]|\\.)*)")? ORDER BY created DESC, key DESC$/.exec(
      query.get('jql') ?? '',
    )
  if (!jql) return refused(400, 'Error in the JQL Query')
  if (jql[1] !== OFFLINE_PROJECT) return refused(400, `The value '${jql[1]}' does not exist for the field 'project'.`)
  const words = (jql[2] ?? '').replace(/\\(.)/g, '$1').toLowerCase().split(/\s+/).filter(Boolean)
  const after = Number(query.get('nextPageToken') ?? Number.POSITIVE_INFINITY)
  const found = issues
    .toReversed()
    .filter(({ id, fields }) => id < after && words.every((word) => fields.summary.toLowerCase().includes(word)))
  const page = found.slice(0, Number(query.get('maxResults') ?? 50))
  const isLast = page.length === found.length
  return { status: 200, body: { issues: page, isLast, ...(isLast ? {} : { nextPageToken: String(page.at(-1)?.id) }) } }
}

function people(query: URLSearchParams): EmulatedAnswer {
  const wanted = (query.get('query') ?? '').toLowerCase()
  return { status: 200, body: USERS.filter((user) => user.emailAddress.includes(wanted)) }
}

function create(text: string, add: (summary: string, more: Record<string, unknown>) => Issue): EmulatedAnswer {
  const body = NewIssue.safeParse(jsonOf(text)).data
  if (!body) return refused(400, 'Invalid request payload. Refer to the REST API documentation and try again.')
  const { project, summary, description, assignee } = body.fields
  if (project?.key !== OFFLINE_PROJECT) return refused(400, 'project: valid project is required')
  if (!summary) return refused(400, 'summary: You must specify a summary of the issue.')
  const user = USERS.find(({ accountId }) => accountId === assignee?.accountId)
  const { id, key } = add(summary, { description, ...(user ? { assignee: user } : {}) })
  return { status: 201, body: { id: String(id), key } }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function documentOf(text: string): unknown {
  return { type: 'doc', version: 1, content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] }
}

function refused(status: number, message: string): EmulatedAnswer {
  return { status, body: { errorMessages: [message], errors: {} } }
}
