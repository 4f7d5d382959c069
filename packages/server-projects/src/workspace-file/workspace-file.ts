/** A whole workspace as one JSON file: people, projects, tasks and all that happened, by names and keys and without the database's numbers. */
import { z } from 'zod'
import { normalizedLabels } from '../store/labels.ts'
import { isWebUrl } from '../store/links.ts'
import { PRIORITIES } from '../store/task.ts'
import { faultOfLine, faultOfText, refusing } from '../text/exact-text.ts'

/** Most characters of a text; the tools take less. */
const MAX_TEXT = 100_000

// What the tools would not take may not come in by a file either.
const name = z.string().max(200).superRefine(refusing(faultOfLine))
const text = z.string().max(MAX_TEXT).superRefine(refusing(faultOfText))
const label = z
  .string()
  .max(40)
  .refine((value) => normalizedLabels([value])[0] === value, 'want a label in lower case, on one line')
const key = z.string().regex(/^[A-Z][A-Z0-9]*-[1-9]\d{0,8}$/, 'want a task key such as WEB-142')
const day = z.iso.date()
const at = z.iso.datetime()
const version = z.int().min(1)

const person = z.strictObject({
  handle: name,
  name,
  email: name,
  team: text,
  title: text,
  github: name.nullable(),
  slack: name.nullable(),
})

const project = z.strictObject({
  key: z.string().regex(/^[A-Z][A-Z0-9]{1,9}$/, 'want 2 to 10 capital letters and digits'),
  name,
  description: text,
  repository: name.nullable(),
  lead: name,
  last_number: z.int().min(0),
  version,
  created_at: at,
  archived_at: at.nullable(),
  members: z.array(z.strictObject({ person: name, since: at })),
  states: z
    .array(
      z.strictObject({
        name,
        category: z.enum(['backlog', 'todo', 'in_progress', 'done', 'canceled']),
        next: z.array(name),
      }),
    )
    .min(1),
  sprints: z.array(
    z.strictObject({
      name,
      goal: text,
      starts_on: day,
      ends_on: day,
      state: z.enum(['planned', 'active', 'closed']),
      closed_at: at.nullable(),
      version,
    }),
  ),
  milestones: z.array(z.strictObject({ name, due: day.nullable(), reached_on: day.nullable(), version })),
})

const task = z.strictObject({
  key,
  title: name,
  description: text,
  status: name,
  assignee: name.nullable(),
  priority: z.enum(PRIORITIES),
  due: day.nullable(),
  estimate: z.int().min(0).max(100).nullable(),
  sprint: name.nullable(),
  milestone: name.nullable(),
  labels: z.array(label).max(50),
  links: z.array(
    z
      .strictObject({
        ref: name.nullable(),
        url: z
          .string()
          .max(1_000)
          .superRefine(refusing(faultOfLine))
          .refine(isWebUrl, 'want an http or https URL')
          .nullable(),
        title: name.nullable(),
        created_by: name,
        created_at: at,
      })
      .refine(({ ref, url }) => ref !== null || url !== null, 'want a ref or a url'),
  ),
  created_by: name,
  created_at: at,
  updated_at: at,
  version,
  deleted_at: at.nullable(),
})

/** The file; what a field refers to is named as the rest of the file names it. */
export const workspaceFile = z.strictObject({
  format: z.literal('causeway-workspace'),
  version: z.literal(1),
  exported_at: at,
  people: z.array(person),
  projects: z.array(project),
  /** Every label, in the order in which they came up. */
  labels: z.array(label),
  tasks: z.array(task),
  relations: z.array(
    z.strictObject({
      from: key,
      kind: z.enum(['blocks', 'parent_of', 'relates_to', 'duplicates']),
      to: key,
      created_by: name,
      created_at: at,
    }),
  ),
  comments: z.array(z.strictObject({ task: key, author: name, body: text, created_at: at })),
  activity: z.array(
    z.strictObject({
      project: name,
      task: key.nullable(),
      actor: name,
      kind: name,
      field: name.nullable(),
      before: text.nullable(),
      after: text.nullable(),
      version: z.int(),
      at,
    }),
  ),
  notifications: z.array(
    z.strictObject({
      person: name,
      task: key,
      kind: z.enum(['assigned', 'status', 'due']),
      /** What makes it the same event: `kind:` and, after the task, what tells one from the next. */
      event: name,
      detail: text,
      actor: name,
      created_at: at,
      read_at: at.nullable(),
    }),
  ),
})

/** A workspace as the file holds it. */
export type WorkspaceFile = z.output<typeof workspaceFile>
