/** The tool that brings a deleted task back. */
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { z } from 'zod'
import type { ProjectServices } from '../open-services.ts'
import { callerName } from '../people/caller-name.ts'
import { restoreTask as restore } from '../store/delete-task.ts'
import { summaryOf } from '../store/task.ts'
import { dateOf } from '../text/calendar-date.ts'
import { renderTask } from '../text/render-task.ts'
import { commitWrite } from './commit-write.ts'
import { keyInput, writtenTaskShape } from './task-shape.ts'

/** Undoes `delete_task` within its days. */
export const restoreTask = toolOf<ProjectServices>()({
  name: 'restore_task',
  title: 'Restore a task',
  description:
    'Bring back a task that was deleted in the last 30 days, with its comments, links and record, as it was. Deleted tasks are found by get_activity.',
  effect: 'write',
  idempotent: true,
  scopes: ['projects.delete'],
  tags: ['admin'],
  since: '1.1.0',
  input: z.object({ key: keyInput }),
  output: z.object({ task: writtenTaskShape, restored: z.boolean() }),
  run: ({ key }, call) =>
    commitWrite(call, { tool: 'restore_task', args: {} }, () => {
      const { db, now } = call.services
      const { row, isRestored } = restore(db, key, { actor: callerName(call.caller), now: now() })
      const task = summaryOf(row, dateOf(now()))
      const what = isRestored ? `Restored ${task.key}; now version ${task.version}.` : `${task.key} is not deleted.`
      return { text: `${what}\n${renderTask(task)}`, data: { task, restored: isRestored } }
    }),
})
