/** Projects with the counts that tell how they stand. */
import type { Database } from './database.ts'
import { IS_OPEN } from './task.ts'

/** One project and its open work. */
export type ProjectCounts = {
  key: string
  name: string
  lead: string
  repository: string | null
  archived_at: string | null
  members: number
  open: number
  in_progress: number
  overdue: number
  unassigned: number
  /** Moved to where they are done, and still there. */
  done_in_7_days: number
  sprint: string | null
}

/** Projects by key, after one; archived ones only if wanted. */
export function countProjects(
  db: Database,
  wanted: { today: string; weekAgo: string; isArchivedToo: boolean; after?: string; limit: number },
): ProjectCounts[] {
  return db.all<ProjectCounts>(
    `SELECT p.key, p.name, u.handle AS lead, p.repository, p.archived_at,
       (SELECT count(*) FROM memberships WHERE project_id = p.id) AS members,
       count(t.id) FILTER (WHERE ${IS_OPEN}) AS open,
       count(t.id) FILTER (WHERE s.category = 'in_progress') AS in_progress,
       count(t.id) FILTER (WHERE ${IS_OPEN} AND t.due < :today) AS overdue,
       count(t.id) FILTER (WHERE ${IS_OPEN} AND t.assignee_id IS NULL) AS unassigned,
       (SELECT count(DISTINCT d.id) FROM activity a JOIN tasks d ON d.id = a.task_id
         JOIN workflow_states ds ON ds.id = d.state_id AND ds.name = a.after
         WHERE a.project_id = p.id AND a.at >= :weekAgo AND a.field = 'status' AND ds.category = 'done'
           AND d.deleted_at IS NULL) AS done_in_7_days,
       (SELECT name FROM sprints WHERE project_id = p.id AND state = 'active') AS sprint
     FROM projects p JOIN users u ON u.id = p.lead_id
     LEFT JOIN tasks t ON t.project_id = p.id AND t.deleted_at IS NULL
     LEFT JOIN workflow_states s ON s.id = t.state_id
     WHERE p.key > :after AND (:archived OR p.archived_at IS NULL)
     GROUP BY p.id ORDER BY p.key LIMIT :limit`,
    {
      today: wanted.today,
      weekAgo: wanted.weekAgo,
      archived: wanted.isArchivedToo ? 1 : 0,
      after: wanted.after ?? '',
      limit: wanted.limit,
    },
  )
}
