/** The tool that takes a task out of the workspace, after a second look. */
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { z } from 'zod'
import type { ProjectServices } from '../open-services.ts'
import { callerName } from '../people/caller-name.ts'
import { recordActivity } from '../store/activity.ts'
import { canonicalKey, findTask } from '../store/task.ts'
import { commitWrite } from './commit-write.ts'
import { confirmationRequired, openConfirmation, spendConfirmation } from './delete-confirmation.ts'
import { keyInput } from './task-shape.ts'

/** Soft-deletes a task in two steps. */
export const deleteTask = toolOf<ProjectServices>()({
  name: 'delete_task',
  title: 'Delete a task',
  description:
    'Delete a task that should never have existed, in two steps: the first call deletes nothing and gives a single-use confirmation_token for the second, within 10 minutes. To close work that is done or unwanted use transition_task.',
  effect: 'destroy',
  scopes: ['projects.delete'],
  input: z.object({
    key: keyInput,
    confirmation_token: z.string().max(1000).optional().describe('From the first call'),
  }),
  output: z.object({ deleted: z.string(), deleted_at: z.string() }),
  run(args, call) {
    const { db, now } = call.services
    return commitWrite(call, { tool: 'delete_task', args: {} }, () => {
      const token = args.confirmation_token
      const confirmation = token === undefined ? undefined : openConfirmation(call, canonicalKey(args.key), token)
      const task = findTask(db, args.key)
      if (!confirmation) throw confirmationRequired(call, task)
      spendConfirmation(call, task, confirmation)
      const at = now().toISOString()
      db.run('UPDATE tasks SET deleted_at = :at, updated_at = :at, version = version + 1 WHERE id = :id', {
        at,
        id: task.id,
      })
      db.run('DELETE FROM task_search WHERE rowid = :id', { id: task.id })
      recordActivity(
        db,
        { id: task.id, version: task.version + 1 },
        { actor: callerName(call.caller), kind: 'deleted', at },
      )
      return {
        text: `Deleted ${task.key} '${task.title}'.\nIts key is not used again; its record stays.`,
        data: { deleted: task.key, deleted_at: at },
        touched: task.project,
      }
    })
  },
})
