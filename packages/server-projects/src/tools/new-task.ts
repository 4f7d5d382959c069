/** What the two creating tools share: their arguments, their answer and the write itself. */
import { idempotencyInput } from '@causeway/shared-contracts/idempotency-codec'
import { z } from 'zod'
import type { ProjectCall } from '../open-services.ts'
import { type NewTask, storeNewTask } from '../store/store-new-task.ts'
import { summaryOf, type TaskSummary } from '../store/task.ts'
import { dateInput, dateOf } from '../text/calendar-date.ts'
import { renderTask } from '../text/render-task.ts'
import { commitWrite } from './commit-write.ts'
import { labelsInput, lineInput, linksInput, priorityInput, textInput, writtenTaskShape } from './task-shape.ts'

/** Arguments of a new task, without its assignee. */
export const newTaskInput = {
  project: z.string().max(80).describe('Key, name or repository'),
  title: lineInput(200, 'One line'),
  description: textInput(8000, 'Markdown').optional(),
  priority: priorityInput.default('medium'),
  labels: labelsInput('Names').optional(),
  due: dateInput('YYYY-MM-DD').optional(),
  estimate: z.int().min(0).max(100).optional().describe('Points'),
  sprint: z.string().max(80).optional().describe('current, next or a name'),
  parent: z.string().max(40).optional().describe('Key'),
  links: linksInput.optional(),
  allow_duplicate: z.boolean().optional().describe('Skip that check'),
  idempotency_key: idempotencyInput,
}

/** What a create answers. */
export const newTaskShape = z.object({
  task: writtenTaskShape,
  notified: z.array(z.string()),
  replayed: z.boolean().optional(),
})

/** Creates the task and tells who was notified. */
export function answerNewTask(
  call: ProjectCall,
  tool: string,
  args: NewTask & { idempotency_key?: string | undefined },
): { text: string; data: { task: TaskSummary; notified: string[]; replayed?: boolean } } {
  return commitWrite(call, { tool, args }, () => {
    const created = storeNewTask(call, args)
    const task = summaryOf(created.task, dateOf(call.services.now()))
    const { assignee, notified } = created
    const whose = assignee ? `, assigned to ${assignee.name} (${assignee.handle})` : ''
    const told = notified.length > 0 ? `, ${notified.join(', ')} notified` : ''
    const next = assignee ? 'Follow it with get_task_details.' : 'Give it an owner with assign_task.'
    return {
      text: `Created ${task.key}${whose}${told}.\n${renderTask(task)}\n${next}`,
      data: { task, notified },
    }
  })
}
