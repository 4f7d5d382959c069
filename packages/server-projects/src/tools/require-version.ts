/** Refuses a write that was decided on an older version of the task. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import type { ProjectCall } from '../open-services.ts'
import { changesSince, describeActivity } from '../store/activity.ts'
import { summaryOf, type TaskRow } from '../store/task.ts'
import { dateOf } from '../text/calendar-date.ts'
import { renderTask } from '../text/render-task.ts'

/** @throws ToolError `version_conflict` with the current task and what changed */
export function requireVersion(call: ProjectCall, task: TaskRow, expected: number | undefined): void {
  if (expected === undefined || expected === task.version) return
  const { db, now } = call.services
  const current = summaryOf(task, dateOf(now()))
  const changes = changesSince(db, task.id, expected).map((entry) => `${entry.actor} ${describeActivity(entry)}`)
  throw new ToolError(
    'version_conflict',
    `${task.key} is at version ${task.version}, not ${expected}.${changes.length > 0 ? ` Since then: ${changes.join('; ')}.` : ''} Now: ${renderTask(current)}. Decide again and call with expected_version: ${task.version}.`,
    { field: 'expected_version', current, changes },
  )
}
