/** The append-only record of who did what to which task. */
import type { Database } from './database.ts'

/** One entry as stored, with its task's key. */
export interface ActivityRow {
  id: number
  key: string
  actor: string
  kind: 'created' | 'changed' | 'commented' | 'linked' | 'deleted'
  field: string | null
  before: string | null
  after: string | null
  /** The task's version after the act. */
  version: number
  at: string
}

/** What there is to record besides the task; times are ISO instants. */
export type NewActivity = Pick<ActivityRow, 'actor' | 'kind' | 'at'> &
  Partial<Pick<ActivityRow, 'field' | 'before' | 'after'>>

const SELECT = 'SELECT a.*, t.key FROM activity a JOIN tasks t ON t.id = a.task_id'

/** Appends one entry. */
export function recordActivity(db: Database, task: { id: number; version: number }, entry: NewActivity): void {
  const { actor, kind, at, field = null, before = null, after = null } = entry
  db.run(
    `INSERT INTO activity (task_id, actor, kind, field, before, after, version, at)
     VALUES (:id, :actor, :kind, :field, :before, :after, :version, :at)`,
    { id: task.id, version: task.version, actor, kind, field, before, after, at },
  )
}

/** A task's entries, newest first. */
export function activityOfTask(db: Database, taskId: number, limit: number): ActivityRow[] {
  return db.all<ActivityRow>(`${SELECT} WHERE a.task_id = :taskId ORDER BY a.at DESC, a.id DESC LIMIT :limit`, {
    taskId,
    limit,
  })
}

/** What changed the task after a version, the latest ten, newest first. */
export function changesSince(db: Database, taskId: number, version: number): ActivityRow[] {
  return db.all<ActivityRow>(
    `${SELECT} WHERE a.task_id = :taskId AND a.version > :version ORDER BY a.id DESC LIMIT 10`,
    { taskId, version },
  )
}

/** The latest entries of the workspace or of one project, newest first. */
export function recentActivity(db: Database, limit: number, projectId: number | null = null): ActivityRow[] {
  return db.all<ActivityRow>(
    `${SELECT} WHERE :projectId IS NULL OR t.project_id = :projectId ORDER BY a.at DESC, a.id DESC LIMIT :limit`,
    { limit, projectId },
  )
}

/** The entry as one phrase, such as `status: Todo → In Progress`. */
export function describeActivity({ kind, field, before, after }: ActivityRow): string {
  if (kind === 'created') return 'created the task'
  if (kind === 'commented') return 'commented'
  if (kind === 'deleted') return 'deleted the task'
  if (kind === 'linked') return `linked ${after}`
  if (field === 'description') return 'edited the description'
  if (field === 'labels')
    return [after && `added labels ${after}`, before && `removed labels ${before}`].filter(Boolean).join(', ')
  return `${field}: ${before ?? 'none'} → ${after ?? 'none'}`
}
