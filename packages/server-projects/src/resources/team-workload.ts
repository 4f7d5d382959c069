/** The resource that shows who has how much to do. */
import { resourceOf } from '@causeway/shared-contracts/define-resource'
import type { ProjectServices } from '../open-services.ts'
import { IS_OPEN } from '../store/task.ts'
import { readView } from '../store/view-cache.ts'
import { dateOf } from '../text/calendar-date.ts'

interface WorkloadRow {
  handle: string
  name: string
  team: string
  open: number
  in_progress: number
  overdue: number
  due_soon: number
}

/** URI of {@link teamWorkload}. */
export const TEAM_WORKLOAD_URI = 'project://team-workload'

/** Open work by person. */
export const teamWorkload = resourceOf<ProjectServices>()({
  name: 'team_workload',
  title: 'Team workload',
  description:
    'Every person with their team and how many open tasks they have: in progress, overdue, due within 7 days.',
  uri: TEAM_WORKLOAD_URI,
  read: (_, call) => readView(call, TEAM_WORKLOAD_URI, () => renderTeamWorkload(call.services)),
})

/** The resource's text as of now. */
export function renderTeamWorkload({ db, now }: ProjectServices): string {
  const today = dateOf(now())
  const rows = db.all<WorkloadRow>(
    `SELECT u.handle, u.name, u.team, count(t.id) AS open,
       count(t.id) FILTER (WHERE t.category = 'in_progress') AS in_progress,
       count(t.id) FILTER (WHERE t.due < :today) AS overdue,
       count(t.id) FILTER (WHERE t.due BETWEEN :today AND :soon) AS due_soon
     FROM users u LEFT JOIN (SELECT t.*, s.category FROM tasks t JOIN workflow_states s ON s.id = t.state_id
       WHERE t.deleted_at IS NULL AND ${IS_OPEN}) t ON t.assignee_id = u.id
     GROUP BY u.id ORDER BY open DESC, u.handle`,
    { today, soon: dateOf(now(), 7) },
  )
  const unassigned = db.get<{ n: number }>(
    `SELECT count(*) AS n FROM tasks t JOIN workflow_states s ON s.id = t.state_id
     WHERE t.deleted_at IS NULL AND t.assignee_id IS NULL AND ${IS_OPEN}`,
  )
  return [
    `# Team workload on ${today}`,
    '',
    `${rows.length} people; ${unassigned?.n ?? 0} open tasks have no owner.`,
    '',
    '| handle | name | team | open | in progress | overdue | due in 7 days |',
    '|---|---|---|--:|--:|--:|--:|',
    ...rows.map(
      (row) =>
        `| ${row.handle} | ${row.name} | ${row.team} | ${row.open} | ${row.in_progress} | ${row.overdue} | ${row.due_soon} |`,
    ),
    '',
    "One person's tasks: list_tasks with assignee. To give work to somebody: assign_task.",
  ].join('\n')
}
