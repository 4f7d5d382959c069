/** Jira's requests over one connection, as the tools call them. */
import { stripHidden } from '@causeway/shared-contracts/clean-text'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import type { Connection } from '../connection/connection.ts'
import type { VendorCall, VendorRequest } from '../http/vendor-request.ts'
import type { Person } from '../shape/person.ts'
import type { WorkItem } from '../shape/work-item.ts'
import type { IssueTracker, NewTrackerIssue } from '../tracker/issue-tracker.ts'
import { adfOfText, textOfAdf } from './adf-text.ts'

const API = ['rest', 'api', '3']
const READ = { method: 'GET', effect: 'read' } as const
const FIELDS = 'summary,status,labels,assignee,reporter,created,updated'
const STATUS: Record<string, WorkItem['status']> = { indeterminate: 'started', done: 'done' }
const text = z.string().transform(stripHidden)

const User = z
  .object({ accountId: z.string(), displayName: text.nullish(), emailAddress: z.string().nullish() })
  .transform(
    ({ accountId, displayName, emailAddress }): Person => ({
      ref: `jira:${accountId}`,
      ...(displayName ? { name: displayName } : {}),
      ...(emailAddress ? { email: emailAddress } : {}),
    }),
  )
const Issue = z.object({
  key: z.string(),
  fields: z.object({
    summary: text,
    status: z.object({ name: text, statusCategory: z.object({ key: z.string() }).nullish() }),
    labels: z.array(text).default([]),
    assignee: User.nullish(),
    reporter: User.nullish(),
    created: z.string(),
    updated: z.string(),
    description: z.unknown(),
    comment: z
      .object({
        comments: z.array(z.object({ id: z.string(), author: User.nullish(), body: z.unknown(), created: z.string() })),
      })
      .nullish(),
  }),
})
type Issue = z.output<typeof Issue>

/**
 * Returns the client.
 * @param siteUrl where people see issues, for links
 */
export function createJiraClient({ call, siteUrl }: Pick<Connection, 'call'> & { siteUrl: string }): IssueTracker {
  const toItem = (issue: Issue) => toWorkItem(issue, siteUrl)
  const get = (key: string, by: VendorCall) => call(getRequest(key), by)
  return {
    async search(search, by) {
      const found = await call(searchRequest(search), by)
      return { items: found.issues.map(toItem), next: found.nextPageToken ?? undefined }
    },
    async get(key, by) {
      const issue = await get(key, by)
      const comments = (issue.fields.comment?.comments ?? []).slice(-20).map((comment) => ({
        ref: `jira:${issue.key}/${comment.id}`,
        author: comment.author ?? { ref: 'jira:unknown' },
        text: textOfAdf(comment.body),
        at: comment.created,
        replies: 0,
      }))
      return { ...toItem(issue), body: textOfAdf(issue.fields.description).trimEnd(), comments }
    },
    async create(issue, by) {
      const accountId = issue.assignee ? await assigneeId(call, issue, by) : undefined
      const { key } = await call(createRequest(issue, accountId), by)
      return toItem(await get(key, by).catch(() => unread(key, issue)))
    },
  }
}

async function assigneeId(call: Connection['call'], issue: NewTrackerIssue, by: VendorCall): Promise<string> {
  const [user, ...others] = await call(findAssigneeRequest(issue), by)
  if (user && others.length === 0) return user.ref.slice('jira:'.length)
  throw new ToolError(
    'not_found',
    `Nobody who can be assigned in ${issue.project} has the address ${issue.assignee}. Leave assignee out, or ask who it is.`,
    { field: 'assignee' },
  )
}

// The issue exists: failing now would invite the caller to create it again.
function unread(key: string, { title }: NewTrackerIssue): Issue {
  const now = new Date().toISOString()
  return {
    key,
    fields: { summary: title, status: { name: 'unknown' }, labels: [], created: now, updated: now, description: null },
  }
}

function toWorkItem({ key, fields }: Issue, siteUrl: string): WorkItem {
  return {
    ref: `jira:${key}`,
    title: fields.summary,
    state: fields.status.name,
    status: STATUS[fields.status.statusCategory?.key ?? ''] ?? 'open',
    labels: fields.labels,
    ...(fields.reporter ? { author: fields.reporter } : {}),
    assignees: fields.assignee ? [fields.assignee] : [],
    created_at: fields.created,
    updated_at: fields.updated,
    url: `${siteUrl}/browse/${key}`,
  }
}

function searchRequest({ project, query, after, limit }: Parameters<IssueTracker['search']>[0]) {
  const words = query ? ` AND summary ~ ${quoted(query)}` : ''
  return {
    ...READ,
    path: [...API, 'search', 'jql'],
    query: {
      jql: `project = ${quoted(project)}${words} ORDER BY created DESC, key DESC`,
      fields: FIELDS,
      maxResults: limit,
      nextPageToken: after,
    },
    doing: `search the issues of ${project}`,
    missing: `No project ${project} in Jira, or this connection may not see it.`,
    shape: z.object({ issues: z.array(Issue), nextPageToken: z.string().nullish() }),
  } satisfies VendorRequest
}

function getRequest(key: string) {
  return {
    ...READ,
    path: [...API, 'issue', key],
    query: { fields: `${FIELDS},description,comment` },
    doing: `read issue ${key}`,
    missing: `No issue ${key} in Jira, or this connection may not see it. Find it with jira_search_issues.`,
    shape: Issue,
  } satisfies VendorRequest
}

function findAssigneeRequest({ project, assignee }: NewTrackerIssue) {
  return {
    ...READ,
    path: [...API, 'user', 'assignable', 'search'],
    query: { project, query: assignee, maxResults: 2 },
    doing: `find ${assignee}`,
    missing: `No project ${project} in Jira, or this connection may not see it.`,
    shape: z.array(User),
  } satisfies VendorRequest
}

function createRequest(issue: NewTrackerIssue, accountId: string | undefined) {
  return {
    method: 'POST',
    effect: 'write',
    path: [...API, 'issue'],
    json: {
      fields: {
        project: { key: issue.project },
        issuetype: { name: 'Task' },
        summary: issue.title,
        description: adfOfText(issue.body),
        ...(accountId ? { assignee: { accountId } } : {}),
      },
    },
    doing: `create an issue in ${issue.project}`,
    missing: `No project ${issue.project} in Jira, or this connection may not see it.`,
    check: `Look with jira_search_issues(project="${issue.project}") before you create it again.`,
    shape: z.object({ key: z.string() }),
  } satisfies VendorRequest
}

/** A string of JQL: what is inside cannot end it. */
function quoted(given: string): string {
  return `"${given.replace(/[\\"]/g, '\\$&')}"`
}
