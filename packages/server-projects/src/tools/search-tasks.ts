/** The tool that finds tasks by their words. */
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { z } from 'zod'
import type { ProjectServices } from '../open-services.ts'
import { pageInput, taskPage } from './task-page.ts'
import { pageShape } from './task-shape.ts'

/** Full-text search with filters. */
export const searchTasks = toolOf<ProjectServices>()({
  name: 'search_tasks',
  title: 'Search tasks',
  description:
    'Find tasks, open or closed, by words in title, description, comments, labels, key or linked reference (gh:acme/web#456). Use it before creating a task. To browse without words use list_tasks.',
  effect: 'read',
  input: z.object({
    query: z.string().max(300).describe('Words; "quotes" for a phrase'),
    ...pageInput,
    sort: z.enum(['relevance', 'updated', 'created', 'due', 'priority']).default('relevance').describe('Order'),
  }),
  output: pageShape,
  run: ({ query, sort, limit, cursor, ...filter }, call) =>
    taskPage(call, {
      tool: 'search_tasks',
      filter,
      sort,
      query,
      limit,
      cursor,
      whenEmpty: 'Try fewer or other words, or fewer filters; list_tasks shows what is open.',
    }),
})
