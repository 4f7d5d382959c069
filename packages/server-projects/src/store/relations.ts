/** Relations between tasks: what blocks what, what is a part of what, what repeats what; never in a circle. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import type { Database } from './database.ts'
import type { TaskRow } from './task.ts'

/** Relations as they are said, from either end. */
export const RELATIONS = [
  'blocks',
  'blocked_by',
  'parent_of',
  'child_of',
  'relates_to',
  'duplicates',
  'duplicated_by',
] as const

/** One way of saying a relation. */
export type Relation = (typeof RELATIONS)[number]

/** What is stored: each relation once, from one end. */
type Kind = 'blocks' | 'parent_of' | 'relates_to' | 'duplicates'

const STORED: Record<Relation, { kind: Kind; isTurned: boolean }> = {
  blocks: { kind: 'blocks', isTurned: false },
  blocked_by: { kind: 'blocks', isTurned: true },
  parent_of: { kind: 'parent_of', isTurned: false },
  child_of: { kind: 'parent_of', isTurned: true },
  relates_to: { kind: 'relates_to', isTurned: false },
  duplicates: { kind: 'duplicates', isTurned: false },
  duplicated_by: { kind: 'duplicates', isTurned: true },
}

/** The same relation said from the other end. */
export const INVERSE: Record<Relation, Relation> = {
  blocks: 'blocked_by',
  blocked_by: 'blocks',
  parent_of: 'child_of',
  child_of: 'parent_of',
  relates_to: 'relates_to',
  duplicates: 'duplicated_by',
  duplicated_by: 'duplicates',
}

/** The end of a task as relations name it. */
type End = Pick<TaskRow, 'id' | 'key'>

/** A relation as one of its tasks tells it. */
export interface RelatedTask {
  relation: Relation
  key: string
  title: string
  status: string
}

/** A task's relations to tasks that are not deleted. */
export function readRelations(db: Database, taskId: number): RelatedTask[] {
  const rows = db.all<{ kind: Kind; is_from: number; key: string; title: string; status: string }>(
    `SELECT r.kind, r.from_id = :taskId AS is_from, t.key, t.title, s.name AS status
     FROM relations r JOIN tasks t ON t.id = iif(r.from_id = :taskId, r.to_id, r.from_id)
     JOIN workflow_states s ON s.id = t.state_id
     WHERE (r.from_id = :taskId OR r.to_id = :taskId) AND t.deleted_at IS NULL ORDER BY r.kind, is_from, t.id`,
    { taskId },
  )
  return rows.map(({ kind, is_from, key, title, status }) => ({
    relation: is_from ? kind : INVERSE[kind],
    key,
    title,
    status,
  }))
}

/**
 * Stores a relation; call it inside a transaction.
 * @returns false when it was there
 * @throws ToolError `relation_cycle`, or `has_parent`
 */
export function addRelation(
  db: Database,
  said: { task: End; relation: Relation; other: End },
  by: { actor: string; at: string },
): boolean {
  const { kind, from, to } = storedForm(said)
  if (from.id === to.id)
    throw new ToolError('relation_cycle', `${from.key} cannot be related to itself. Name another task.`, {
      field: 'task',
    })
  if (db.get('SELECT 1 FROM relations WHERE from_id = :from AND kind = :kind AND to_id = :to', ids(kind, from, to)))
    return false
  if (kind === 'parent_of') requireNoParent(db, to)
  const path = kind === 'relates_to' ? undefined : findPath(db, kind, { from: to, to: from })
  if (path)
    throw new ToolError(
      'relation_cycle',
      `${from.key} cannot ${verb(kind)} ${to.key}: that closes a circle, ${[from.key, ...path].join(' → ')}. Remove one of these first with link_task and remove: true.`,
      { field: 'relation', path: [from.key, ...path] },
    )
  db.run(
    `INSERT INTO relations (from_id, kind, to_id, created_by, created_at) VALUES (:from, :kind, :to, :actor, :at)`,
    { ...ids(kind, from, to), ...by },
  )
  return true
}

/** Removes a relation; false when there was none. */
export function removeRelation(db: Database, said: { task: End; relation: Relation; other: End }): boolean {
  const { kind, from, to } = storedForm(said)
  const found = db.get(
    'DELETE FROM relations WHERE from_id = :from AND kind = :kind AND to_id = :to RETURNING from_id',
    ids(kind, from, to),
  )
  return found !== undefined
}

function storedForm({ task, relation, other }: { task: End; relation: Relation; other: End }) {
  const { kind, isTurned } = STORED[relation]
  // A relation without a direction is stored from the older task, so that it is there once.
  const isSwapped = kind === 'relates_to' ? task.id > other.id : isTurned
  return isSwapped ? { kind, from: other, to: task } : { kind, from: task, to: other }
}

function ids(kind: Kind, from: End, to: End) {
  return { kind, from: from.id, to: to.id }
}

function verb(kind: Kind): string {
  return kind === 'blocks' ? 'block' : kind === 'parent_of' ? 'be the parent of' : 'duplicate'
}

function requireNoParent(db: Database, task: End): void {
  // A parent that was deleted is none.
  db.run(
    `DELETE FROM relations WHERE to_id = :id AND kind = 'parent_of'
       AND from_id IN (SELECT id FROM tasks WHERE deleted_at IS NOT NULL)`,
    { id: task.id },
  )
  const parent = db.get<{ key: string }>(
    "SELECT t.key FROM relations r JOIN tasks t ON t.id = r.from_id WHERE r.to_id = :id AND r.kind = 'parent_of'",
    { id: task.id },
  )
  if (!parent) return
  throw new ToolError(
    'has_parent',
    `${task.key} is a part of ${parent.key} already, and a task has one parent. Remove that first with link_task (relation child_of, task ${parent.key}, remove: true).`,
    { field: 'task', current_parent: parent.key },
  )
}

// Breadth first: the keys on the shortest way along one kind of relation.
function findPath(db: Database, kind: Kind, { from, to }: { from: End; to: End }): string[] | undefined {
  const cameFrom = new Map<number, { key: string; before: number | undefined }>([
    [from.id, { key: from.key, before: undefined }],
  ])
  for (const id of cameFrom.keys()) {
    if (id === to.id) return wayTo(id, cameFrom)
    const next = db.all<End>(
      'SELECT t.id, t.key FROM relations r JOIN tasks t ON t.id = r.to_id WHERE r.from_id = :id AND r.kind = :kind',
      { id, kind },
    )
    for (const task of next) if (!cameFrom.has(task.id)) cameFrom.set(task.id, { key: task.key, before: id })
  }
  return undefined
}

function wayTo(id: number, cameFrom: ReadonlyMap<number, { key: string; before: number | undefined }>): string[] {
  const keys: string[] = []
  for (let step = cameFrom.get(id); step; step = step.before === undefined ? undefined : cameFrom.get(step.before))
    keys.unshift(step.key)
  return keys
}
