/** The fields of a task that the updating tools edit, and what an edit of them changes. */
import { z } from 'zod'
import type { ProjectCall } from '../open-services.ts'
import type { TaskChanges } from '../store/change-task.ts'
import type { Database } from '../store/database.ts'
import { normalizedLabels } from '../store/labels.ts'
import { type LinkInput, normalizedLink } from '../store/links.ts'
import { type Milestone, resolveMilestone } from '../store/milestone.ts'
import { resolveProject } from '../store/project.ts'
import { refuseDuplicate } from '../store/refuse-duplicate.ts'
import { openSprint, type Sprint } from '../store/sprint.ts'
import type { TaskRow } from '../store/task.ts'
import { dateInput } from '../text/calendar-date.ts'
import { folded } from '../text/clean-input.ts'
import { labelsInput, lineInput, linksInput, priorityInput, textInput } from './task-shape.ts'

/** Arguments; labels and links change by delta. */
export const editInput = {
  title: lineInput(200, 'One line').optional(),
  description: textInput(8000, 'Markdown; replaces the old').optional(),
  priority: priorityInput.optional(),
  due: dateInput('YYYY-MM-DD').nullable().optional().describe('null clears'),
  estimate: z.int().min(0).max(100).nullable().optional().describe('Points; null clears'),
  sprint: z.string().max(80).optional().describe('current, next, none or a name'),
  milestone: z.string().max(80).optional().describe('Name or none'),
  add_labels: labelsInput('Names').optional(),
  remove_labels: labelsInput('Names').optional(),
  add_links: linksInput.optional(),
}

/** Names of {@link editInput}. */
export const EDITABLE = Object.keys(editInput) as (keyof typeof editInput)[]

/** The arguments as they arrive. */
export type TaskEdits = z.output<z.ZodObject<typeof editInput>>

/** @throws ToolError when a sprint, milestone or link is not to be had, or `possible_duplicate` */
export function changesOf(call: ProjectCall, task: TaskRow, edits: TaskEdits): TaskChanges {
  const { title, description, priority, due, estimate } = edits
  const links = linksOf(call, task, edits.add_links)
  const { sprint, milestone } = placesOf(call.services.db, task, edits)
  return {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(priority === undefined ? {} : { priority }),
    ...(due === undefined ? {} : { due }),
    ...(estimate === undefined ? {} : { estimate }),
    ...(sprint === undefined ? {} : { sprint }),
    ...(milestone === undefined ? {} : { milestone }),
    addLabels: normalizedLabels(edits.add_labels ?? []),
    removeLabels: normalizedLabels(edits.remove_labels ?? []),
    links,
  }
}

function placesOf(
  db: Database,
  task: TaskRow,
  { sprint, milestone }: TaskEdits,
): { sprint?: Sprint | null; milestone?: Milestone | null } {
  const project = resolveProject(db, task.project)
  const isNone = (name: string) => folded(name) === 'none'
  return {
    ...(sprint === undefined ? {} : { sprint: isNone(sprint) ? null : openSprint(db, project, sprint) }),
    ...(milestone === undefined
      ? {}
      : { milestone: isNone(milestone) ? null : resolveMilestone(db, project, milestone) }),
  }
}

function linksOf(call: ProjectCall, task: TaskRow, inputs: readonly LinkInput[] = []) {
  const links = inputs.map((link, i) => normalizedLink(link, `add_links.${i}`))
  refuseDuplicate(call, { projectId: task.project_id, taskId: task.id }, links)
  return links
}
