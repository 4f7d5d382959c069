/** Fills a seeded workspace with copies of its own tasks, comments, labels and record until it has as many as a large company. */
import type { DatabaseSync } from 'node:sqlite'

/** Tasks of the seed, in one round of copies after the other. */
interface Copied {
  id: number
  project_id: number
  project: string
}

/**
 * Copies tasks until there are `count`; titles stay alike, so that a common word is as common in the copies.
 * @param connection of a workspace that nobody else has open
 */
export function fillWorkspace(connection: DatabaseSync, count: number): void {
  const originals = connection
    .prepare(
      'SELECT t.id, t.project_id, p.key AS project FROM tasks t JOIN projects p ON p.id = t.project_id ORDER BY t.id',
    )
    .all() as unknown as Copied[]
  const number = connection.prepare(
    'UPDATE projects SET last_number = last_number + 1 WHERE id = ? RETURNING last_number',
  )
  const task =
    connection.prepare(`INSERT INTO tasks (key, project_id, title, description, state_id, assignee_id, priority, due,
      created_by, created_at, updated_at, version)
    SELECT ?, project_id, title || ' ' || ?, description, state_id, (id * 7 + ?) % 26 + 1, (priority + ?) % 5 + 1,
      CASE WHEN due IS NULL THEN NULL ELSE date(due, (? % 240 - 120) || ' days') END, created_by, created_at,
      strftime('%Y-%m-%dT%H:%M:%fZ', updated_at, '-' || ? || ' minutes'), version FROM tasks WHERE id = ?`)
  const belongings = [
    'INSERT INTO task_labels (task_id, label_id) SELECT ?, label_id FROM task_labels WHERE task_id = ?',
    'INSERT INTO comments (task_id, author, body, created_at) SELECT ?, author, body, created_at FROM comments WHERE task_id = ?',
    `INSERT INTO activity (task_id, project_id, actor, kind, field, before, after, version, at)
     SELECT ?, project_id, actor, kind, field, before, after, version, at FROM activity WHERE task_id = ?`,
  ].map((sql) => connection.prepare(sql))
  connection.exec('PRAGMA cache_size = -262144; BEGIN')
  for (let i = originals.length; i < count; i++) {
    const original = originals[i % originals.length] as Copied
    const round = Math.floor(i / originals.length)
    const { last_number } = number.get(original.project_id) as { last_number: number }
    const { lastInsertRowid } = task.run(
      `${original.project}-${last_number}`,
      `(batch ${round})`,
      round,
      round,
      i,
      i,
      original.id,
    )
    for (const statement of belongings) statement.run(lastInsertRowid, original.id)
  }
  connection.exec('COMMIT')
}
