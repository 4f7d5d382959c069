/** A task with its sections as text, what people wrote marked as such. */
import { markUntrusted } from '@causeway/shared-contracts/clean-text'
import type { TaskDetails } from '../store/task-details.ts'
import { cleanLine } from './clean-input.ts'
import { renderTask } from './render-task.ts'

/** The first line is the task's own; then a line or a block for each thing in its sections. */
export function renderTaskDetails(task: TaskDetails): string {
  const { description, links, relations, comments, activity, cut } = task
  const lines = [
    renderTask(task),
    `version ${task.version} · created ${task.created_at} by ${task.created_by} · updated ${task.updated_at}`,
  ]
  if (description) lines.push(markUntrusted(description, `${task.key} description`))
  for (const link of links ?? [])
    lines.push(`link: ${[link.ref, link.url, link.title && cleanLine(link.title)].filter(Boolean).join(' · ')}`)
  for (const { relation, key, title, status } of relations ?? [])
    lines.push(`${relation} ${key} [${status}] ${cleanLine(title)}`)
  if (comments) lines.push(`${task.comments_total} comments${comments.length > 0 ? ':' : ''}`)
  for (const comment of comments ?? [])
    lines.push(markUntrusted(comment.body, `${task.key} comment ${comment.id} by ${comment.author} at ${comment.at}`))
  for (const entry of activity ?? []) lines.push(`${entry.at} ${entry.actor} ${entry.what}`)
  if (cut) lines.push(`Only a part fits here of: ${cut.join(', ')}.`)
  return lines.join('\n')
}
