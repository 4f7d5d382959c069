/** Tasks that are not stored yet: as `create_tasks` takes them, and as a draft keeps them until it is asked for by its id. */
import { z } from 'zod'
import { dateInput } from '../text/calendar-date.ts'
import { MAX_BATCH } from './run-batch.ts'
import {
  labelsInput,
  lineInput,
  linksInput,
  personInput,
  priorityInput,
  projectInput,
  textInput,
} from './task-shape.ts'

/** One planned task; `#1` stands for the first of the same list. */
export const plannedTask = z.strictObject({
  title: lineInput(200, 'One line'),
  description: textInput(8000, 'Markdown').optional(),
  assignee: personInput('Owner, if known').optional(),
  priority: priorityInput.default('medium'),
  labels: labelsInput('Names').optional(),
  due: dateInput('YYYY-MM-DD').optional(),
  estimate: z.int().min(0).max(100).optional().describe('Points'),
  sprint: z.string().max(80).optional().describe('current, next or a name'),
  milestone: z.string().max(80).optional().describe('Name'),
  parent: z.string().max(40).optional().describe('Key, or #1 for the first of this list'),
  blocked_by: z.array(z.string().max(40)).max(10).optional().describe('Keys, or #n of this list'),
  links: linksInput.optional(),
})

/** A planned task with its defaults filled in. */
export type PlannedTask = z.output<typeof plannedTask>

/** The body of a draft. */
export const taskDraft = z.object({
  project: projectInput,
  tasks: z.array(plannedTask).min(1).max(MAX_BATCH),
})

/** What a draft holds. */
export type TaskDraft = z.output<typeof taskDraft>
