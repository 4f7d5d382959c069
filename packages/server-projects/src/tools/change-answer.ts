/** What the tools that change one task share: find it, check the version, change it, tell. */
import type { ToolAnswer } from '@causeway/shared-contracts/define-tool'
import type { ProjectCall } from '../open-services.ts'
import { changeTask, type TaskChanges } from '../store/change-task.ts'
import { findTask, summaryOf, type TaskRow, type TaskSummary } from '../store/task.ts'
import { dateOf } from '../text/calendar-date.ts'
import { renderTask } from '../text/render-task.ts'
import { commitWrite } from './commit-write.ts'
import { requireVersion } from './require-version.ts'

/** The task after a change, the fields that changed and who was told. */
export type ChangeAnswer = { task: TaskSummary; changed: string[]; notified: string[] }

/**
 * @param request the tool and its arguments
 * @param decide says what to change, once the task is known
 */
export function answerChange(
  call: ProjectCall,
  request: { tool: string; args: { key: string; expected_version?: number | undefined } },
  decide: (task: TaskRow) => TaskChanges,
): ToolAnswer<ChangeAnswer> {
  const { db, now } = call.services
  return commitWrite(call, { tool: request.tool, args: {} }, () => {
    const found = findTask(db, request.args.key)
    requireVersion(call, found, request.args.expected_version)
    const { task, changed, notified } = changeTask(call, found, decide(found))
    const summary = summaryOf(task, dateOf(now()))
    const told = notified.length > 0 ? `, ${notified.join(', ')} notified` : ''
    const what =
      changed.length > 0
        ? `Changed ${changed.join(', ')} of ${task.key}${told}; now version ${task.version}.`
        : `${task.key} is already so; nothing changed.`
    return {
      text: `${what}\n${renderTask(summary)}`,
      data: { task: summary, changed, notified },
    }
  })
}
