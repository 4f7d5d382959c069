/** Keeps two tasks of one project from standing for the same external thing unless somebody wants it. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import type { ProjectCall } from '../open-services.ts'
import { dateOf } from '../text/calendar-date.ts'
import { findLinkingTask, type Link } from './links.ts'
import { findTask, summaryOf } from './task.ts'

/**
 * @param within the project, and the task that may have the links
 * @throws ToolError `possible_duplicate` with the task that links one of these already
 */
export function refuseDuplicate(
  call: ProjectCall,
  within: { projectId: number; taskId?: number },
  links: readonly Link[],
): void {
  const { db, now } = call.services
  const linking = findLinkingTask(db, within, links)
  if (!linking) return
  const existing = summaryOf(findTask(db, linking.key), dateOf(now()))
  throw new ToolError(
    'possible_duplicate',
    `${existing.key} '${existing.title}' (${existing.status}, ${existing.assignee ?? 'unassigned'}) already links ${linking.ref}. Work with it by update_task, assign_task or add_comment, or, if both are wanted, use create_task or link_task with allow_duplicate: true.`,
    { field: 'links', existing_key: existing.key, existing },
  )
}
