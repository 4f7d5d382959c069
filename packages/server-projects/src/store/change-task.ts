/** Changes a task: columns, labels and links together, each change recorded, one new version for all of them. */
import type { SQLInputValue } from 'node:sqlite'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { tellAssignee, tellOfStatus } from '../notices/notify.ts'
import type { ProjectCall } from '../open-services.ts'
import { callerName } from '../people/caller-name.ts'
import type { Person } from '../people/person.ts'
import { recordActivity } from './activity.ts'
import { addLabels, removeLabels } from './labels.ts'
import { addLink, type Link, removeLink } from './links.ts'
import type { Milestone } from './milestone.ts'
import type { WorkflowState } from './project.ts'
import { addRelation, INVERSE, type Relation, removeRelation } from './relations.ts'
import { reindexTask } from './search-index.ts'
import type { Sprint } from './sprint.ts'
import { findTask, PRIORITIES, type TaskRow } from './task.ts'

/** What may change; absent fields stay, null empties. */
export interface TaskChanges {
  title?: string
  description?: string
  priority?: (typeof PRIORITIES)[number]
  due?: string | null
  state?: WorkflowState
  assignee?: Person | null
  sprint?: Sprint | null
  milestone?: Milestone | null
  estimate?: number | null
  addLabels?: readonly string[]
  removeLabels?: readonly string[]
  links?: readonly Link[]
  removeLinks?: readonly Link[]
  relations?: readonly RelationChange[]
}

/** A relation to another task that is to be there, or no more. */
export interface RelationChange {
  relation: Relation
  other: TaskRow
  isRemoved: boolean
}

/** Most labels of a task: every list carries them. */
const MAX_LABELS = 20

/** Something that a task has with the world or another task, as the record tells it. */
interface Tie {
  kind: 'linked' | 'unlinked' | 'related' | 'unrelated'
  after: string
}

const PART_OF = { linked: 'links', unlinked: 'links', related: 'relations', unrelated: 'relations' } as const

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
  const ties = [...changeLinks(call, task, changes, at), ...changeRelations(call, task, changes, at)]
  if (fields.length === 0 && ties.length === 0) return { task, changed: [], notified: [] }
  writeColumns(call, task, { fields, at })
  const after = { id: task.id, version: task.version + 1 }
  const by = { actor: callerName(call.caller), at }
  for (const { field, ...change } of fields)
    recordActivity(db, after, { ...by, kind: 'changed', field, ...shortened(field, change.before, change.after) })
  for (const tie of ties) recordActivity(db, after, { ...by, ...tie })
  reindexTask(db, task.id)
  const notified = tell(call, task.id, { fields, assignee: changes.assignee ?? null, at })
  const changed = [...fields.map(({ field }) => field), ...new Set(ties.map(({ kind }) => PART_OF[kind]))]
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

function changeLinks(call: ProjectCall, task: TaskRow, changes: TaskChanges, at: string): Tie[] {
  const removed = (changes.removeLinks ?? []).filter((link) => removeLink(call.services.db, task.id, link))
  const added = storeLinks(call, { taskId: task.id, at, links: changes.links ?? [] })
  return [
    ...removed.map((link) => ({ kind: 'unlinked' as const, after: link.ref ?? link.url ?? '' })),
    ...added.map((after) => ({ kind: 'linked' as const, after })),
  ]
}

function changeRelations(call: ProjectCall, task: TaskRow, changes: TaskChanges, at: string): Tie[] {
  const { db } = call.services
  const by = { actor: callerName(call.caller), at }
  return (changes.relations ?? []).flatMap(({ relation, other, isRemoved }) => {
    const said = { task, relation, other }
    const isChanged = isRemoved ? removeRelation(db, said) : addRelation(db, said, by)
    if (!isChanged) return []
    const kind = isRemoved ? ('unrelated' as const) : ('related' as const)
    // The other task's version stays: nothing of its own has changed.
    db.run('UPDATE tasks SET updated_at = :at WHERE id = :id', { at, id: other.id })
    recordActivity(db, other, { ...by, kind, after: `${INVERSE[relation]} ${task.key}` })
    return [{ kind, after: `${relation} ${other.key}` }]
  })
}

function columnChanges(task: TaskRow, changes: TaskChanges): FieldChange[] {
  const { title, description, priority, due, state, assignee, sprint, milestone, estimate } = changes
  const all: (FieldChange | undefined)[] = [
    title === undefined ? undefined : plain('title', task.title, title),
    description === undefined ? undefined : plain('description', task.description, description),
    priority && {
      ...plain('priority', PRIORITIES[task.priority - 1] ?? null, priority),
      value: PRIORITIES.indexOf(priority) + 1,
    },
    due === undefined ? undefined : plain('due', task.due, due),
    estimate === undefined
      ? undefined
      : { ...plain('estimate', textOf(task.estimate), textOf(estimate)), value: estimate },
    state && { field: 'status', column: 'state_id', before: task.status, after: state.name, value: state.id },
    assignee === undefined
      ? undefined
      : named('assignee', task.assignee, { after: assignee?.handle, id: assignee?.id }),
    sprint === undefined ? undefined : named('sprint', task.sprint, { after: sprint?.name, id: sprint?.id }),
    milestone === undefined
      ? undefined
      : named('milestone', task.milestone, { after: milestone?.name, id: milestone?.id }),
  ]
  return all.filter((change) => change !== undefined)
}

function plain(field: string, before: string | null, after: string | null): FieldChange {
  return { field, column: field, before, after, value: after }
}

function named(
  field: string,
  before: string | null,
  to: { after: string | undefined; id: number | undefined },
): FieldChange {
  return { field, column: `${field}_id`, before, after: to.after ?? null, value: to.id ?? null }
}

function textOf(value: number | null): string | null {
  return value === null ? null : String(value)
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
