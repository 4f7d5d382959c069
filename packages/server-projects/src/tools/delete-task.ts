/** The tool that takes a task out of the workspace, after a second look. */
import { confirmationInput, type Shown } from '@causeway/shared-contracts/confirmation-codec'
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import type { ProjectCall, ProjectServices } from '../open-services.ts'
import { callerName } from '../people/caller-name.ts'
import { removeTask, UNDO_DAYS } from '../store/delete-task.ts'
import { canonicalKey, findTask, summaryOf, type TaskRow } from '../store/task.ts'
import { dateOf } from '../text/calendar-date.ts'
import { renderTask } from '../text/render-task.ts'
import { commitWrite } from './commit-write.ts'
import { keyInput } from './task-shape.ts'

/** What the person is asked. */
const FORM = z.object({ delete_it: z.boolean().describe('Yes, delete this task') })

/** Soft-deletes a task that a person, or a second call, has confirmed. */
export const deleteTask = toolOf<ProjectServices>()({
  name: 'delete_task',
  title: 'Delete a task',
  description:
    'Delete a task that should never have existed. Whoever you work for is asked if your client shows forms; else the first call deletes nothing and gives a single-use confirmation_token for a second, within 10 minutes. To close work that is done or unwanted use transition_task.',
  effect: 'destroy',
  scopes: ['projects.delete'],
  tags: ['admin'],
  input: z.object({
    key: keyInput,
    confirmation_token: confirmationInput,
  }),
  output: z.object({ deleted: z.string(), deleted_at: z.string() }),
  run(args, call) {
    const { db, confirmations, now } = call.services
    const asked = { caller: call.caller, tool: 'delete_task', args: { key: canonicalKey(args.key) } }
    const token = args.confirmation_token
    const agreedVersion = token === undefined && call.ask.canAskPerson ? askPerson(call, args.key) : undefined
    return commitWrite(call, { tool: 'delete_task', args: {} }, () => {
      const confirmation = token === undefined ? undefined : confirmations.open(token, asked)
      const task = findTask(db, args.key)
      if (confirmation) confirmations.spend(confirmation, asked, task.version)
      else if (agreedVersion !== task.version) throw confirmations.required(asked, shownOf(task, dateOf(now())))
      removeTask(db, task, { actor: callerName(call.caller), now: now() })
      return {
        text: `Deleted ${task.key} '${task.title}'.\nIt can be undone for ${UNDO_DAYS} days with restore_task.`,
        data: { deleted: task.key, deleted_at: now().toISOString() },
      }
    })
  },
})

// The version is in the question's name, so that nobody's yes counts for a task that has changed since.
function askPerson(call: ProjectCall, key: string): number {
  const task = findTask(call.services.db, key)
  const message = `Delete ${renderTask(summaryOf(task, dateOf(call.services.now())))}?`
  const answer = call.ask.person({ key: `delete-${task.key}-${task.version}`, message, form: FORM })
  if (answer.action === 'accept' && answer.content.delete_it) return task.version
  throw new ToolError(
    'declined',
    `Nothing was deleted: the person who was asked ${answer.action === 'cancel' ? 'gave no answer' : 'said no'}. Do not ask again unless they want it.`,
  )
}

function shownOf(row: TaskRow, today: string): Shown {
  const task = summaryOf(row, today)
  const text = `Nothing was deleted yet. This would delete ${renderTask(task)}.`
  return { version: row.version, text, details: { task } }
}
