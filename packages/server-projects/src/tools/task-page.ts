/** One page of tasks for the finding tools: filters resolved, cursor opened and sealed, rows cut to fit. */
import { fitRows } from '@causeway/shared-contracts/bounded-rows'
import type { ToolAnswer } from '@causeway/shared-contracts/define-tool'
import { z } from 'zod'
import type { ProjectCall } from '../open-services.ts'
import { findTasks, type Sort } from '../store/find-tasks.ts'
import { searchTerms } from '../store/search-index.ts'
import { summaryOf, type TaskSummary } from '../store/task.ts'
import { conditionsOf, type TaskFilter } from '../store/task-filter.ts'
import { dateInput, dateOf } from '../text/calendar-date.ts'
import { renderTask } from '../text/render-task.ts'
import { PLACE, pagingInput } from './keyset-page.ts'
import { labelsInput, personInput, priorityInput } from './task-shape.ts'

/** Filter and paging arguments that both finding tools take. */
export const pageInput = {
  project: z.string().max(80).optional().describe('Key or name'),
  status: z.string().max(40).optional().describe('open, closed, any or a state name'),
  assignee: personInput('Handle, name, e-mail, me or none').optional(),
  labels: labelsInput('Has all of these').optional(),
  priority: priorityInput.optional(),
  due_after: dateInput('YYYY-MM-DD or later').optional(),
  due_before: dateInput('YYYY-MM-DD or earlier').optional(),
  overdue: z.boolean().optional().describe('Open past its due date'),
  blocked: z.boolean().optional().describe('Waits for an open task'),
  sprint: z.string().max(80).optional().describe('current, next, none or a name'),
  ...pagingInput,
}

/** What to find, where to go on, and what to say after an empty page. */
export interface PageRequest {
  tool: string
  filter: TaskFilter
  sort: Sort
  query?: string
  limit: number
  cursor?: string | undefined
  whenEmpty: string
}

/** A page as both halves of the result tell it. */
export type TaskPage = { tasks: TaskSummary[]; total: number; truncated: boolean; next_cursor?: string }

/** @throws ToolError `invalid_cursor`, or what the filters throw */
export function taskPage(call: ProjectCall, request: PageRequest): ToolAnswer<TaskPage> {
  const { db, cursors, now } = call.services
  const { tool, filter, sort, query, limit } = request
  const walk = { caller: call.caller, tool, filters: { ...filter, sort, query } }
  const { found, total, isFollowedByMore } = findTasks(db, {
    conditions: conditionsOf(call, filter),
    sort,
    ...(query === undefined ? {} : { terms: searchTerms(query) }),
    after: cursors.open(request.cursor, walk, PLACE),
    limit,
  })
  const today = dateOf(now())
  const all = found.map(({ row }) => summaryOf(row, today))
  const tasks = fitRows(all, renderTask)
  const isTruncated = tasks.length < all.length
  const last = found[tasks.length - 1]
  const nextCursor = last && (isFollowedByMore || isTruncated) ? cursors.seal(last.place, walk) : undefined
  const data = { tasks, total, truncated: isTruncated, ...(nextCursor ? { next_cursor: nextCursor } : {}) }
  return { text: renderPage(data, request), data }
}

function renderPage(page: TaskPage, { cursor, whenEmpty }: PageRequest): string {
  if (page.tasks.length === 0) return cursor ? `No more tasks (${page.total} in all).` : `No tasks found. ${whenEmpty}`
  const shown = page.tasks.length < page.total ? `, ${page.tasks.length} shown here` : ''
  const next = page.next_cursor
    ? `More follow: call again with the same filters and cursor: ${page.next_cursor}`
    : 'Read one in full with get_task_details.'
  return [`${page.total} ${page.total === 1 ? 'task' : 'tasks'}${shown}:`, ...page.tasks.map(renderTask), next].join(
    '\n',
  )
}
