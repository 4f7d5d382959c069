/** Adds a comment to a task. */
import { recordActivity } from './activity.ts'
import type { Database } from './database.ts'
import { reindexTask } from './search-index.ts'

/**
 * Call it inside a transaction. The task's version stays: a comment takes nothing from whoever is about to change the task.
 * @returns the comment's id
 */
export function storeComment(
  db: Database,
  task: { id: number; version: number },
  { author, body, at }: { author: string; body: string; at: string },
): number {
  const id = db.run('INSERT INTO comments (task_id, author, body, created_at) VALUES (:taskId, :author, :body, :at)', {
    ...{ taskId: task.id, author, body, at },
  })
  db.run('UPDATE tasks SET updated_at = :at WHERE id = :id', { at, id: task.id })
  recordActivity(db, task, { actor: author, kind: 'commented', at })
  reindexTask(db, task.id)
  return id
}
