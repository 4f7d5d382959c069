/** What a sprint asks of whom, and what speaks against it. */
import type { Database } from './database.ts'
import { IS_BLOCKED, IS_OPEN } from './task.ts'

/** The load of each person, the heaviest first, and notes on the plan. */
export type SprintLoad = {
  load: { person: string; tasks: number; points: number; open_elsewhere: number }[]
  warnings: string[]
}

/** Most keys that a note names. */
const MAX_NAMED = 10

/** Reads the open tasks of a sprint. */
export function sprintLoad(db: Database, sprintId: number): SprintLoad {
  const load = db.all<SprintLoad['load'][number]>(
    `SELECT u.handle AS person, count(*) AS tasks, coalesce(sum(t.estimate), 0) AS points,
       (SELECT count(*) FROM tasks o JOIN workflow_states s ON s.id = o.state_id WHERE o.assignee_id = u.id
         AND o.deleted_at IS NULL AND ${IS_OPEN} AND o.sprint_id IS NOT :sprintId) AS open_elsewhere
     FROM tasks t JOIN workflow_states s ON s.id = t.state_id JOIN users u ON u.id = t.assignee_id
     WHERE t.sprint_id = :sprintId AND t.deleted_at IS NULL AND ${IS_OPEN}
     GROUP BY u.id ORDER BY points DESC, tasks DESC, u.handle LIMIT 40`,
    { sprintId },
  )
  const named = (where: string, what: string) => {
    const keys = db.all<{ key: string }>(
      `SELECT t.key FROM tasks t JOIN workflow_states s ON s.id = t.state_id
       WHERE t.sprint_id = :sprintId AND t.deleted_at IS NULL AND ${IS_OPEN} AND ${where} ORDER BY t.id`,
      { sprintId },
    )
    if (keys.length === 0) return []
    const shown = keys.slice(0, MAX_NAMED).map(({ key }) => key)
    return [`${keys.length} ${what}: ${shown.join(', ')}${keys.length > shown.length ? ' and more' : ''}`]
  }
  return {
    load,
    warnings: [
      ...named('t.assignee_id IS NULL', 'without an owner'),
      ...named('t.estimate IS NULL', 'without an estimate'),
      ...named(IS_BLOCKED, 'blocked by open tasks'),
      ...named('t.due < (SELECT starts_on FROM sprints WHERE id = t.sprint_id)', 'due before the sprint starts'),
    ],
  }
}
