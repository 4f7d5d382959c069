/** The tool that finds issues by words, or lists them. */
import { fitRows } from '@causeway/shared-contracts/bounded-rows'
import { markUntrusted } from '@causeway/shared-contracts/clean-text'
import { cursorInput } from '@causeway/shared-contracts/cursor-codec'
import { z } from 'zod'
import { PagePlace } from '../github/anchored-paging.ts'
import { type FoundIssues, type IssueOrder, searchIssues } from '../github/issue-search.ts'
import { repositoryName } from '../github/repository-name.ts'
import { pageOf } from '../shape/page.ts'
import { bounded, WorkItem, workItemLine } from '../shape/work-item.ts'
import { integrationTool } from './integration-tool.ts'
import { pageLimit, staleCursor, walkOf } from './page-arguments.ts'

const TOOL = 'github_search_issues'
const Input = z.object({
  repo: repositoryName,
  query: z.string().max(200).optional().describe('Words; leave out to list'),
  state: z.enum(['open', 'closed', 'all']).default('open'),
  labels: z.array(z.string().max(50)).max(5).default([]).describe('All of them'),
  sort: z.enum(['best_match', 'newest', 'updated']).default('best_match'),
  limit: pageLimit,
  cursor: cursorInput,
})
type Input = z.output<typeof Input>

const Row = WorkItem.extend({ number: z.number(), comment_count: z.number() })
type Row = z.output<typeof Row>

/** `github_search_issues` */
export const githubSearchIssues = integrationTool({
  name: TOOL,
  title: 'Search GitHub issues',
  description:
    'Finds issues of a repository by words, state and labels; when none has all the words, those with some. Not for pull requests.',
  effect: 'read',
  openWorld: true,
  input: Input,
  output: pageOf(Row, { total: z.number(), partial_match: z.boolean() }),
  async run(args, call) {
    const walk = walkOf(TOOL, args, call)
    const { cursors, github } = call.services
    const place = cursors.open(args.cursor, walk, PagePlace)
    const found = await searchIssues(github, { ...args, order: ORDERS[args.sort], place }, call)
    if (!found) throw staleCursor()
    const items = fitRows(
      found.issues.map((issue) => toRow(args.repo, issue)),
      line,
    )
    const next = found.placeAfter(items.length)
    const cursor = next && cursors.seal(next, walk)
    return {
      text: [headline(args, found, items), ...body(args, items), nextStep(args, items, cursor)].join('\n'),
      data: {
        total: found.total,
        partial_match: found.matched === 'some_words',
        items,
        ...(cursor ? { next_cursor: cursor } : {}),
        untrusted: true,
      },
    }
  },
})

const ORDERS: Record<Input['sort'], IssueOrder> = { best_match: undefined, newest: 'created', updated: 'updated' }

function toRow(repo: string, issue: FoundIssues['issues'][number]): Row {
  const { body: _, is_pull_request: __, ...row } = issue
  return bounded({ ...row, ref: `gh:${repo}#${issue.number}` })
}

function line(row: Row): string {
  return `${workItemLine(row)} · ${row.comment_count} comments`
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
