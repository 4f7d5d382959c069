/** Finds the open tasks whose deadline approaches and tells their assignees, once for each deadline, whatever restarts and however many processes look. */
import type { Database } from '../store/database.ts'
import { DUE_OR_NEVER, IS_OPEN } from '../store/task.ts'
import { dateOf } from '../text/calendar-date.ts'

/** The name under which the scan tells. */
const ACTOR = 'deadline'

const UNTOLD = `FROM tasks t JOIN workflow_states s ON s.id = t.state_id
  WHERE t.deleted_at IS NULL AND ${DUE_OR_NEVER} BETWEEN :today AND :soon AND t.assignee_id IS NOT NULL AND ${IS_OPEN}
  AND NOT EXISTS (SELECT 1 FROM notifications n WHERE n.user_id = t.assignee_id AND n.event = 'due:' || t.id || ':' || t.due)`

/**
 * Looks once.
 * @param days how far ahead a deadline approaches
 * @returns how many were told
 */
export function scanDeadlines(db: Database, { now, days }: { now: Date; days: number }): number {
  const span = { today: dateOf(now), soon: dateOf(now, days) }
  // Usually there is nothing to tell, and then nobody has to wait for a writer.
  if (!db.get(`SELECT 1 ${UNTOLD} LIMIT 1`, span)) return 0
  return db.write(() =>
    db.all(
      `INSERT INTO notifications (user_id, task_id, kind, event, detail, actor, created_at)
       SELECT t.assignee_id, t.id, 'due', 'due:' || t.id || ':' || t.due, 'due ' || t.due, :actor, :at ${UNTOLD}
       ON CONFLICT DO NOTHING RETURNING id`,
      { ...span, actor: ACTOR, at: now.toISOString() },
    ),
  ).length
}
