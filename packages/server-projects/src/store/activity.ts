/** The append-only record of who did what to which task, sprint or project. */
import type { Database, Parameters } from './database.ts'

/** One entry as stored, with the key of its task, else of its project. */
export interface ActivityRow {
  id: number
  key: string
  actor: string
  kind:
    | 'created'
    | 'changed'
    | 'commented'
    | 'linked'
    | 'unlinked'
    | 'related'
    | 'unrelated'
    | 'deleted'
    | 'restored'
    | 'sprint'
    | 'project'
  field: string | null
  before: string | null
  after: string | null
  /** The version after the act of what it was done to. */
  version: number
  at: string
}

/** What there is to record besides the task; times are ISO instants. */
export type NewActivity = Pick<ActivityRow, 'actor' | 'kind' | 'at'> &
  Partial<Pick<ActivityRow, 'field' | 'before' | 'after'>>

/** SQL: entries as {@link ActivityRow}; `a`, `t` and `p` are the entry, its task and its project. */
export const SELECT_ACTIVITY = `SELECT a.*, coalesce(t.key, p.key) AS key
  FROM activity a JOIN projects p ON p.id = a.project_id LEFT JOIN tasks t ON t.id = a.task_id`

/** Appends one entry about a task. */
export function recordActivity(db: Database, task: { id: number; version: number }, entry: NewActivity): void {
  const { actor, kind, at, field = null, before = null, after = null } = entry
  db.run(
    `INSERT INTO activity (project_id, task_id, actor, kind, field, before, after, version, at)
     SELECT project_id, id, :actor, :kind, :field, :before, :after, :version, :at FROM tasks WHERE id = :id`,
    { id: task.id, version: task.version, actor, kind, field, before, after, at },
  )
}

/** Appends one entry about a project or a sprint of it. */
export function recordProjectActivity(
  db: Database,
  project: { id: number; version: number },
  entry: NewActivity,
): void {
  const { actor, kind, at, field = null, before = null, after = null } = entry
  db.run(
    `INSERT INTO activity (project_id, actor, kind, field, before, after, version, at)
     VALUES (:id, :actor, :kind, :field, :before, :after, :version, :at)`,
    { id: project.id, version: project.version, actor, kind, field, before, after, at },
  )
}

/** A task's entries, newest first. */
export function activityOfTask(db: Database, taskId: number, limit: number): ActivityRow[] {
  return db.all<ActivityRow>(
    `${SELECT_ACTIVITY} WHERE a.task_id = :taskId ORDER BY a.at DESC, a.id DESC LIMIT :limit`,
    {
      taskId,
      limit,
    },
  )
}

/** What changed the task after a version, the latest ten, newest first. */
export function changesSince(db: Database, taskId: number, version: number): ActivityRow[] {
  return db.all<ActivityRow>(
    `${SELECT_ACTIVITY} WHERE a.task_id = :taskId AND a.version > :version ORDER BY a.id DESC LIMIT 10`,
    { taskId, version },
  )
}

/** The latest entries of the workspace or of one project, newest first. */
export function recentActivity(db: Database, limit: number, projectId: number | null = null): ActivityRow[] {
  return db.all<ActivityRow>(
    `${SELECT_ACTIVITY} WHERE :projectId IS NULL OR a.project_id = :projectId ORDER BY a.at DESC, a.id DESC LIMIT :limit`,
    { limit, projectId },
  )
}

/** Which entries; all that are given must hold. Times are ISO, both included. */
export interface ActivityFilter {
  projectId?: number
  taskId?: number
  actor?: string
  since?: string
  until?: string
}

/** Entries newest first, after a place given by its time and id. */
export function findActivity(
  db: Database,
  filter: ActivityFilter,
  page: { after: readonly (string | number | null)[] | undefined; limit: number },
): ActivityRow[] {
  const conditions: [unknown, string][] = [
    [filter.projectId, 'a.project_id = :projectId'],
    [filter.taskId, 'a.task_id = :taskId'],
    [filter.actor, 'a.actor = :actor'],
    [filter.since, 'a.at >= :since'],
    [filter.until, 'a.at <= :until'],
    [page.after, '(a.at, a.id) < (:afterAt, :afterId)'],
  ]
  const where = conditions.filter(([value]) => value !== undefined).map(([, sql]) => sql)
  const [afterAt, afterId] = page.after ?? []
  return db.all<ActivityRow>(
    `${SELECT_ACTIVITY} ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''} ORDER BY a.at DESC, a.id DESC LIMIT :limit`,
    {
      ...(filter as Parameters),
      ...(page.after ? { afterAt: afterAt ?? null, afterId: afterId ?? null } : {}),
      limit: page.limit,
    },
  )
}

/** True when something is recorded under this name. */
export function hasActed(db: Database, actor: string): boolean {
  return db.get('SELECT 1 FROM activity WHERE actor = :actor LIMIT 1', { actor }) !== undefined
}

/** The entry as one phrase, such as `status: Todo → In Progress`. */
export function describeActivity({ kind, field, before, after }: ActivityRow): string {
  if (kind === 'created' || kind === 'deleted' || kind === 'restored') return `${kind} the task`
  if (kind === 'commented') return 'commented'
  if (kind === 'linked' || kind === 'unlinked') return `${kind} ${after}`
  if (kind === 'related') return `related: ${after}`
  if (kind === 'unrelated') return `no longer: ${after}`
  if (kind === 'sprint') return `${field} sprint ${after}`
  if (field === 'created') return 'created the project'
  if (field === 'description') return 'edited the description'
  if (field === 'labels')
    return [after && `added labels ${after}`, before && `removed labels ${before}`].filter(Boolean).join(', ')
  return `${field}: ${before ?? 'none'} → ${after ?? 'none'}`
}
