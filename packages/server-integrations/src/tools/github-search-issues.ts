/** The tool that finds issues in one repository. */
import { fitRows } from '@causeway/shared-contracts/bounded-rows'
import { markUntrusted } from '@causeway/shared-contracts/clean-text'
import { cursorInput, type Walk } from '@causeway/shared-contracts/cursor-codec'
import type { CallContext } from '@causeway/shared-contracts/define-tool'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import { PagePlace } from '../github/anchored-paging.ts'
import { type FoundIssues, type IssueOrder, searchIssues } from '../github/issue-search.ts'
import { repositoryName } from '../github/repository-name.ts'
import type { Integrations } from '../integrations.ts'
import { integrationTool } from './integration-tool.ts'

const TOOL = 'github_search_issues'
const Input = z.object({
  repo: repositoryName,
  query: z.string().max(200).optional().describe('Words; leave out to list.'),
  state: z.enum(['open', 'closed', 'all']).default('open').describe('Which issues.'),
  labels: z.array(z.string().max(50)).max(5).default([]).describe('All of them.'),
  sort: z.enum(['best_match', 'newest', 'updated']).default('best_match').describe('Order.'),
  limit: z.number().int().min(1).max(50).default(20).describe('Most rows.'),
  cursor: cursorInput,
})
type Input = z.output<typeof Input>

const Row = z.object({
  number: z.number(),
  title: z.string(),
  state: z.string(),
  labels: z.array(z.string()),
  author: z.string(),
  assignees: z.array(z.string()),
  comment_count: z.number(),
  url: z.string(),
})
type Row = z.output<typeof Row>

/** `github_search_issues` */
export const githubSearchIssues = integrationTool({
  name: TOOL,
  title: 'Search GitHub issues',
  description:
    'Finds issues of one repository by words, state and labels; when none has all the words, those with some. Use github_get_issue when the number is known. Not for pull requests or code.',
  effect: 'read',
  openWorld: true,
  input: Input,
  output: z.object({
    total: z.number(),
    partial_match: z.boolean(),
    issues: z.array(Row),
    truncated: z.boolean(),
    next_cursor: z.string().optional(),
    untrusted: z.boolean(),
  }),
  async run(args, call) {
    const walk = walkOf(args, call)
    const place = call.services.cursors.open(args.cursor, walk, PagePlace)
    const found = await searchIssues(call.services.github, toSearch(args, place), call)
    if (!found) throw staleCursor()
    const rows = fitRows(found.issues.map(toRow), line)
    const end = found.placeAfter(rows.length)
    const next = end && { next_cursor: call.services.cursors.seal(end, walk) }
    return {
      text: [headline(args, found, rows), ...body(args, rows), nextStep(args, rows, next?.next_cursor)].join('\n'),
      data: {
        total: found.total,
        partial_match: found.matched === 'some_words',
        issues: rows,
        truncated: next !== undefined || rows.length < found.issues.length,
        ...next,
        untrusted: true,
      },
    }
  },
})

const ORDERS: Record<Input['sort'], IssueOrder> = { best_match: undefined, newest: 'created', updated: 'updated' }

function toSearch(args: Input, place: PagePlace | undefined) {
  return { ...args, order: ORDERS[args.sort], place }
}

function walkOf(args: Input, { caller }: CallContext<Integrations>): Walk {
  const { cursor: _, limit: __, ...filters } = args
  return { caller, tool: TOOL, filters }
}

function staleCursor(): ToolError {
  return new ToolError(
    'invalid_cursor',
    'The issues have changed too much since this cursor was made. Leave it out to start again.',
    { field: 'cursor' },
  )
}

function toRow(issue: FoundIssues['issues'][number]): Row {
  const { body: _, created_at: __, updated_at: ___, is_pull_request: ____, ...row } = issue
  return {
    ...row,
    title: row.title.slice(0, 200),
    labels: row.labels.slice(0, 10),
    assignees: row.assignees.slice(0, 10),
  }
}

function line(row: Row): string {
  const labels = row.labels.length > 0 ? ` [${row.labels.join(', ')}]` : ''
  const assignees = row.assignees.length > 0 ? ` · assigned to ${row.assignees.join(', ')}` : ''
  return `#${row.number} ${row.state} · ${row.title}${labels} · by ${row.author}${assignees} · ${row.comment_count} comments`
}

function headline(args: Input, found: FoundIssues, rows: readonly Row[]): string {
  if (rows.length === 0) return `No ${args.state === 'all' ? '' : `${args.state} `}issue in ${args.repo} matches.`
  if (found.matched === 'some_words') return `No issue has all the words; ${rows.length} have some of them, most first.`
  return `${found.total === 1 ? '1 issue' : `${found.total} issues`} in ${args.repo}${rows.length < found.total ? `, ${rows.length} shown` : ''}.`
}

function body(args: Input, rows: readonly Row[]): string[] {
  return rows.length > 0 ? [markUntrusted(rows.map(line).join('\n'), `github:${args.repo}`)] : []
}

function nextStep(args: Input, rows: readonly Row[], cursor: string | undefined): string {
  if (rows.length === 0) return 'Next: other or fewer words, or state="all".'
  const read = `Next: github_get_issue(repo="${args.repo}", number=${rows[0]?.number})`
  return cursor ? `${read}, or the following page with cursor="${cursor}".` : `${read}.`
}
