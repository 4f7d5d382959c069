/** Who has how much to do. */
import type { Database } from './database.ts'
import { IS_OPEN } from './task.ts'

/** One person's open work. */
export type Workload = {
  handle: string
  name: string
  team: string
  open: number
  in_progress: number
  overdue: number
  /** Within 7 days. */
  due_soon: number
  /** Of the current sprints. */
  sprint_tasks: number
  sprint_points: number
  blocked: number
}

/** Everybody's open work, of one project or all, the busiest first. */
export function readWorkload(
  db: Database,
  wanted: { today: string; soon: string; projectId?: number | null },
): Workload[] {
  return db.all<Workload>(
    `SELECT u.handle, u.name, u.team, count(t.id) AS open,
       count(t.id) FILTER (WHERE t.category = 'in_progress') AS in_progress,
       count(t.id) FILTER (WHERE t.due < :today) AS overdue,
       count(t.id) FILTER (WHERE t.due BETWEEN :today AND :soon) AS due_soon,
       count(t.id) FILTER (WHERE sp.id IS NOT NULL) AS sprint_tasks,
       coalesce(sum(t.estimate) FILTER (WHERE sp.id IS NOT NULL), 0) AS sprint_points,
       count(t.id) FILTER (WHERE EXISTS (SELECT 1 FROM relations r JOIN tasks bt ON bt.id = r.from_id
         JOIN workflow_states bs ON bs.id = bt.state_id WHERE r.to_id = t.id AND r.kind = 'blocks'
         AND bt.deleted_at IS NULL AND bs.category NOT IN ('done', 'canceled'))) AS blocked
     FROM users u LEFT JOIN (SELECT t.*, s.category FROM tasks t JOIN workflow_states s ON s.id = t.state_id
       WHERE t.deleted_at IS NULL AND ${IS_OPEN} AND (:projectId IS NULL OR t.project_id = :projectId)) t
       ON t.assignee_id = u.id
     LEFT JOIN sprints sp ON sp.id = t.sprint_id AND sp.state = 'active'
     GROUP BY u.id ORDER BY open DESC, u.handle`,
    { today: wanted.today, soon: wanted.soon, projectId: wanted.projectId ?? null },
  )
}

/** How many open tasks have no owner, in one project or all. */
export function countUnassigned(db: Database, projectId: number | null = null): number {
  return (
    db.get<{ n: number }>(
      `SELECT count(*) AS n FROM tasks t JOIN workflow_states s ON s.id = t.state_id
       WHERE t.deleted_at IS NULL AND t.assignee_id IS NULL AND ${IS_OPEN}
         AND (:projectId IS NULL OR t.project_id = :projectId)`,
      { projectId },
    )?.n ?? 0
  )
}
