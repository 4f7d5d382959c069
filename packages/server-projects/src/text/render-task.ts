/** A task as one line of text, and what a person needs to pick the next call. */
import type { TaskSummary } from '../store/task.ts'
import { cleanLine } from './clean-input.ts'

/** `WEB-142 [In Progress] high · maria · due 2026-03-31 · Title {bug, checkout}`. */
export function renderTask(task: TaskSummary): string {
  const facts = [task.priority === 'none' ? 'no priority' : task.priority, task.assignee ?? 'unassigned']
  if (task.due) facts.push(`due ${task.due}${task.overdue ? ' OVERDUE' : ''}`)
  if (task.blocked) facts.push('BLOCKED')
  if (task.sprint) facts.push(task.sprint)
  if (task.milestone) facts.push(task.milestone)
  if (task.estimate !== undefined) facts.push(`${task.estimate} points`)
  const labels = task.labels.length > 0 ? ` {${cleanLine(task.labels.join(', '))}}` : ''
  return `${task.key} [${task.status}] ${facts.join(' · ')} · ${cleanLine(task.title)}${labels}`
}
