/** Labels of tasks, changed one by one so that nobody's labels are dropped by another's write. */
import { cleanLine } from '../text/clean-input.ts'
import type { Database } from './database.ts'

/** Label names in their stored form: one line, lower case, each once. */
export function normalizedLabels(names: readonly string[]): string[] {
  return [...new Set(names.map((name) => cleanLine(name).toLowerCase()).filter(Boolean))]
}

/** Puts labels on a task, making those that nobody used before. */
export function addLabels(db: Database, taskId: number, names: readonly string[]): void {
  for (const name of names) {
    db.run('INSERT INTO labels (name) VALUES (:name) ON CONFLICT DO NOTHING', { name })
    db.run(
      `INSERT INTO task_labels (task_id, label_id) SELECT :taskId, id FROM labels WHERE name = :name
       ON CONFLICT DO NOTHING`,
      { taskId, name },
    )
  }
}

/** Takes labels off a task. */
export function removeLabels(db: Database, taskId: number, names: readonly string[]): void {
  for (const name of names)
    db.run(
      'DELETE FROM task_labels WHERE task_id = :taskId AND label_id = (SELECT id FROM labels WHERE name = :name)',
      { taskId, name },
    )
}
