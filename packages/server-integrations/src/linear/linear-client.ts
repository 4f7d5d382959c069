/** Linear's requests over one connection, as the tools call them. */
import { stripHidden } from '@causeway/shared-contracts/clean-text'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import type { Connection } from '../connection/connection.ts'
import type { VendorCall, VendorRequest } from '../http/vendor-request.ts'
import type { IssueTracker, NewTrackerIssue } from '../tracker/issue-tracker.ts'
import { LINEAR_ISSUE_FIELDS, LinearComment, LinearIssue, LinearUser } from './linear-objects.ts'

const MAX_COMMENTS = 20
const MAX_TEAMS = 250

const TEAMS = `query($first: Int) { teams(first: $first) { nodes { id key } } }`
const SEARCH = `query($team: String!, $first: Int, $after: String, $filter: IssueFilter) {
  team(id: $team) { issues(first: $first, after: $after, filter: $filter) {
    nodes { ${LINEAR_ISSUE_FIELDS} } pageInfo { hasNextPage endCursor } } } }`
const GET = `query($id: String!, $comments: Int) { issue(id: $id) { ${LINEAR_ISSUE_FIELDS} description
  comments(first: $comments) { nodes { id body createdAt user { id name displayName } } } } }`
const USERS = `query($filter: UserFilter) { users(first: 2, filter: $filter) { nodes { id name email } } }`
const CREATE = `mutation($input: IssueCreateInput!) { issueCreate(input: $input) { success issue { ${LINEAR_ISSUE_FIELDS} } } }`

const IssuePage = z.object({
  nodes: z.array(LinearIssue),
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() }),
})
const FullIssue = z.object({ description: z.string().nullish(), comments: z.object({ nodes: z.array(LinearComment) }) })

/** Returns the client. */
export function createLinearClient({ call }: Pick<Connection, 'call'>): IssueTracker {
  const teamId = async (key: string, by: VendorCall): Promise<string> => {
    const shape = z.object({ teams: z.object({ nodes: z.array(z.object({ id: z.string(), key: z.string() })) }) })
    const { teams } = (await call(query(TEAMS, { first: MAX_TEAMS }, { doing: 'list the teams', shape }), by)).data
    const found = teams.nodes.find((team) => team.key === key.toUpperCase())
    if (found) return found.id
    const keys = teams.nodes.map((team) => team.key).slice(0, 20)
    throw new ToolError('not_found', `No team ${key} in Linear. Teams: ${keys.join(', ')}.`, {
      field: 'project',
      allowed: keys,
    })
  }
  return {
    async search({ project, query: words, after, limit }, by) {
      const filter = words ? titleFilter(words) : undefined
      const variables = { team: await teamId(project, by), first: limit, after, filter }
      const shape = z.object({ team: z.object({ issues: IssuePage }) })
      const { team } = (await call(query(SEARCH, variables, { doing: `search the issues of ${project}`, shape }), by))
        .data
      const { nodes, pageInfo } = team.issues
      return { items: nodes, next: pageInfo.hasNextPage ? (pageInfo.endCursor ?? undefined) : undefined }
    },
    async get(key, by) {
      const shape = z.object({ issue: z.intersection(LinearIssue, FullIssue).nullable() })
      const words = { doing: `read issue ${key}`, missing: missingIssue(key), shape }
      const { issue } = (await call(query(GET, { id: key, comments: MAX_COMMENTS }, words), by)).data
      if (!issue) throw new ToolError('not_found', missingIssue(key))
      const { comments, description, ...item } = issue
      return {
        ...item,
        body: stripHidden(description ?? ''),
        comments: comments.nodes.map((comment) => ({
          ref: `linear:${comment.id}`,
          author: comment.user ?? { ref: 'linear:unknown' },
          text: comment.body,
          at: comment.createdAt,
          replies: 0,
        })),
      }
    },
    async create(issue, by) {
      const assigneeId = issue.assignee ? await userId(call, issue.assignee, by) : undefined
      const team = await teamId(issue.project, by)
      const made = (await call(createRequest(issue, { teamId: team, assigneeId }), by)).data.issueCreate
      return made.issue
    },
  }
}

/** Linear compares letter by letter, so a word is looked for as given, in small letters and with a capital. */
function titleFilter(words: string) {
  const lower = words.toLowerCase()
  const spellings = new Set([words, lower, `${lower.charAt(0).toUpperCase()}${lower.slice(1)}`])
  return { or: [...spellings].map((contains) => ({ title: { contains } })) }
}

async function userId(call: Connection['call'], email: string, by: VendorCall): Promise<string> {
  const shape = z.object({ users: z.object({ nodes: z.array(LinearUser) }) })
  const filter = { email: { eq: email } }
  const { users } = (await call(query(USERS, { filter }, { doing: `find ${email}`, shape }), by)).data
  const [user] = users.nodes
  if (user && users.nodes.length === 1) return user.ref.slice('linear:'.length)
  throw new ToolError('not_found', `Nobody in Linear has the address ${email}. Leave assignee out, or ask who it is.`, {
    field: 'assignee',
  })
}

function createRequest(issue: NewTrackerIssue, ids: { teamId: string; assigneeId: string | undefined }) {
  const input = { ...ids, title: issue.title, description: issue.body }
  const shape = z.object({ issueCreate: z.object({ success: z.literal(true), issue: LinearIssue }) })
  return {
    ...query(CREATE, { input }, { doing: `create an issue in ${issue.project}`, shape }),
    effect: 'write',
    check: `Look with linear_search_issues(project="${issue.project}") before you create it again.`,
  } satisfies VendorRequest
}

function query<Shape extends z.ZodType>(
  text: string,
  variables: Record<string, unknown>,
  told: { doing: string; missing?: string; shape: Shape },
) {
  return {
    method: 'POST',
    effect: 'read' as 'read' | 'write',
    path: ['graphql'],
    json: { query: text, variables },
    doing: told.doing,
    missing: told.missing ?? 'Linear has no such thing.',
    shape: z.object({ data: told.shape }),
  } satisfies VendorRequest
}

function missingIssue(key: string): string {
  return `No issue ${key} in Linear, or this connection may not see it. Find it with linear_search_issues.`
}
