/** The tool that lists tasks by what is known of them. */
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { z } from 'zod'
import type { ProjectServices } from '../open-services.ts'
import { pageInput, taskPage } from './task-page.ts'
import { pageShape } from './task-shape.ts'

/** Open tasks, the soonest due first. */
export const listTasks = toolOf<ProjectServices>()({
  name: 'list_tasks',
  title: 'List tasks',
  description:
    "List tasks by project, status, assignee ('me': the caller's), labels, priority or due date, soonest due first; without status, open ones. No arguments: all open tasks. To find by words use search_tasks.",
  effect: 'read',
  input: z.object({
    ...pageInput,
    sort: z.enum(['due', 'priority', 'updated', 'created']).default('due').describe('Order'),
  }),
  output: pageShape,
  run: ({ limit, cursor, sort, ...filter }, call) =>
    taskPage(call, {
      tool: 'list_tasks',
      filter: { ...filter, status: filter.status || 'open' },
      sort,
      limit,
      cursor,
      whenEmpty: 'Drop a filter, or set status to any to include closed tasks.',
    }),
})
