/** Takes a task out of sight, and brings it back. Call these inside a transaction. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { recordActivity } from './activity.ts'
import type { Database } from './database.ts'
import { reindexTask } from './search-index.ts'
import { canonicalKey, findTask, type TaskRow } from './task.ts'

/** How long a deletion can be undone. */
export const UNDO_DAYS = 30

const DAY_MS = 86_400_000

/** Who does it, and when. */
interface By {
  actor: string
  now: Date
}

/** Deletes softly: the row, its key and its record stay. */
export function removeTask(db: Database, task: TaskRow, { actor, now }: By): void {
  const at = now.toISOString()
  db.run('UPDATE tasks SET deleted_at = :at, updated_at = :at, version = version + 1 WHERE id = :id', {
    at,
    id: task.id,
  })
  db.run('DELETE FROM task_search WHERE rowid = :id', { id: task.id })
  recordActivity(db, { id: task.id, version: task.version + 1 }, { actor, kind: 'deleted', at })
}

/**
 * Undoes {@link removeTask}.
 * @throws ToolError `not_found`, or `restore_expired`
 */
export function restoreTask(db: Database, key: string, { actor, now }: By): { row: TaskRow; isRestored: boolean } {
  const sql = 'SELECT id, key, version, deleted_at FROM tasks WHERE key = :key AND deleted_at IS NOT NULL'
  const deleted = db.get<Pick<TaskRow, 'id' | 'key' | 'version' | 'deleted_at'>>(sql, { key: canonicalKey(key) })
  if (!deleted) return { row: findTask(db, key), isRestored: false }
  const { id, version, deleted_at: deletedAt } = deleted
  if (Date.parse(deletedAt ?? '') < now.getTime() - UNDO_DAYS * DAY_MS)
    throw new ToolError(
      'restore_expired',
      `${deleted.key} was deleted on ${deletedAt?.slice(0, 10)}, more than ${UNDO_DAYS} days ago. Create it anew with create_task.`,
      { field: 'key' },
    )
  const at = now.toISOString()
  db.run('UPDATE tasks SET deleted_at = NULL, updated_at = :at, version = version + 1 WHERE id = :id', { at, id })
  recordActivity(db, { id, version: version + 1 }, { actor, kind: 'restored', at })
  reindexTask(db, id)
  return { row: findTask(db, key), isRestored: true }
}
