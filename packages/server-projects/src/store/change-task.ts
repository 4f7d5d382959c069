/** Changes a task: columns, labels and links together, each change recorded, one new version for all of them. */
import type { SQLInputValue } from 'node:sqlite'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { tellAssignee, tellOfStatus } from '../notices/notify.ts'
import type { ProjectCall } from '../open-services.ts'
import { callerName } from '../people/caller-name.ts'
import type { Person } from '../people/person.ts'
import { recordActivity } from './activity.ts'
import { addLabels, removeLabels } from './labels.ts'
import { addLink, type Link } from './links.ts'
import type { WorkflowState } from './project.ts'
import { reindexTask } from './search-index.ts'
import { findTask, PRIORITIES, type TaskRow } from './task.ts'

/** What may change; absent fields stay, null empties. */
export interface TaskChanges {
  title?: string
  description?: string
  priority?: (typeof PRIORITIES)[number]
  due?: string | null
  state?: WorkflowState
  assignee?: Person | null
  addLabels?: readonly string[]
  removeLabels?: readonly string[]
  links?: readonly Link[]
}

/** Most labels of a task: every list carries them. */
const MAX_LABELS = 20

interface FieldChange {
  field: string
  before: string | null
  after: string | null
  /** The column that holds the field, unless other tables do. */
  column?: string
  value?: SQLInputValue
}

/** Applies what differs from the task as it is; call it inside a transaction. */
export function changeTask(
  call: ProjectCall,
  task: TaskRow,
  changes: TaskChanges,
): { task: TaskRow; changed: string[]; notified: string[] } {
  const { db, now } = call.services
  const at = now().toISOString()
  const fields = [...columnChanges(task, changes), ...applyLabels(call, task, changes)].filter(
    ({ before, after }) => before !== after,
  )
  const linked = storeLinks(call, { taskId: task.id, at, links: changes.links ?? [] })
  if (fields.length === 0 && linked.length === 0) return { task, changed: [], notified: [] }
  writeColumns(call, task, { fields, at })
  const version = task.version + 1
  const actor = callerName(call.caller)
  for (const { field, before, after } of fields)
    recordActivity(
      db,
      { id: task.id, version },
      { actor, kind: 'changed', field, ...shortened(field, before, after), at },
    )
  for (const after of linked) recordActivity(db, { id: task.id, version }, { actor, kind: 'linked', after, at })
  reindexTask(db, task.id)
  const notified = tell(call, task.id, { fields, assignee: changes.assignee ?? null, at })
  const changed = [...fields.map(({ field }) => field), ...(linked.length > 0 ? ['links'] : [])]
  return { task: findTask(db, task.key), changed, notified }
}

function tell(
  call: ProjectCall,
  taskId: number,
  { fields, assignee, at }: { fields: readonly FieldChange[]; assignee: Person | null; at: string },
): string[] {
  const moved = fields.find(({ field }) => field === 'status')
  const isReassigned = fields.some(({ field }) => field === 'assignee')
  const told = [
    ...(isReassigned ? tellAssignee(call, { person: assignee, taskId, at }) : []),
    ...(moved ? tellOfStatus(call, { taskId, move: `${moved.before} → ${moved.after}`, at }) : []),
  ]
  return [...new Set(told)]
}

/** Stores the links the task does not have yet; returns what each points to. */
export function storeLinks(
  call: ProjectCall,
  { taskId, at, links }: { taskId: number; at: string; links: readonly Link[] },
): string[] {
  const createdBy = callerName(call.caller)
  return links
    .filter((link) => addLink(call.services.db, link, { taskId, createdBy, at }).isNew)
    .map((link) => link.ref ?? link.url ?? '')
}

function columnChanges(task: TaskRow, { title, description, priority, due, state, assignee }: TaskChanges) {
  const changes: FieldChange[] = []
  const add = (
    field: string,
    column: string,
    change: { before: string | null; after: string | null; value?: number | null },
  ) => changes.push({ field, column, ...change, value: 'value' in change ? (change.value ?? null) : change.after })
  if (title !== undefined) add('title', 'title', { before: task.title, after: title })
  if (description !== undefined) add('description', 'description', { before: task.description, after: description })
  if (priority)
    add('priority', 'priority', {
      before: PRIORITIES[task.priority - 1] ?? null,
      after: priority,
      value: PRIORITIES.indexOf(priority) + 1,
    })
  if (due !== undefined) add('due', 'due', { before: task.due, after: due })
  if (state) add('status', 'state_id', { before: task.status, after: state.name, value: state.id })
  if (assignee !== undefined)
    add('assignee', 'assignee_id', {
      before: task.assignee,
      after: assignee?.handle ?? null,
      value: assignee?.id ?? null,
    })
  return changes
}

function applyLabels(call: ProjectCall, task: TaskRow, changes: TaskChanges): FieldChange[] {
  const present = JSON.parse(task.labels) as string[]
  const added = (changes.addLabels ?? []).filter((name) => !present.includes(name))
  const removed = (changes.removeLabels ?? []).filter((name) => present.includes(name) && !added.includes(name))
  const count = present.length + added.length - removed.length
  if (added.length > 0 && count > MAX_LABELS)
    throw new ToolError(
      'too_many_labels',
      `${task.key} would have ${count} labels, at most ${MAX_LABELS} are allowed. Remove some with remove_labels.`,
      { field: 'add_labels' },
    )
  addLabels(call.services.db, task.id, added)
  removeLabels(call.services.db, task.id, removed)
  if (added.length === 0 && removed.length === 0) return []
  return [{ field: 'labels', before: removed.join(', ') || null, after: added.join(', ') || null }]
}

function writeColumns(call: ProjectCall, task: TaskRow, { fields, at }: { fields: FieldChange[]; at: string }): void {
  const columns = fields.filter(({ column }) => column !== undefined)
  call.services.db.run(
    `UPDATE tasks SET ${columns.map(({ column }) => `${column} = :${column}, `).join('')}
       version = version + 1, updated_at = :at WHERE id = :id`,
    { ...Object.fromEntries(columns.map(({ column, value }) => [column, value ?? null])), at, id: task.id },
  )
}

// A record of every past description would outgrow the tasks.
function shortened(field: string, before: string | null, after: string | null) {
  return field === 'description' ? {} : { before, after }
}
