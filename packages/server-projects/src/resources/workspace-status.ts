/** The resource that shows where every project stands. */
import { resourceOf } from '@causeway/shared-contracts/define-resource'
import type { ProjectServices } from '../open-services.ts'
import { IS_OPEN } from '../store/task.ts'
import { readView, type View } from '../store/view-cache.ts'
import { dateOf } from '../text/calendar-date.ts'

interface StatusRow {
  key: string
  name: string
  lead: string
  open: number
  in_progress: number
  overdue: number
  unassigned: number
  done_this_week: number
}

/** URI of {@link workspaceStatus}. */
export const WORKSPACE_STATUS_URI = 'project://status'

/** All projects with their counts. */
export const workspaceStatus = resourceOf<ProjectServices>()({
  name: 'workspace_status',
  title: 'Status of all projects',
  description:
    'Every project with its lead and how many tasks are open, in progress, overdue, unassigned and just done.',
  uri: WORKSPACE_STATUS_URI,
  read: (_, call) => readView(call, WORKSPACE_STATUS_URI, () => renderWorkspaceStatus(call.services)),
})

/** The resource as of now. */
export function renderWorkspaceStatus({ db, now }: ProjectServices): View {
  const today = dateOf(now())
  const rows = db.all<StatusRow>(
    `SELECT p.key, p.name, u.handle AS lead,
       count(t.id) FILTER (WHERE ${IS_OPEN}) AS open,
       count(t.id) FILTER (WHERE s.category = 'in_progress') AS in_progress,
       count(t.id) FILTER (WHERE ${IS_OPEN} AND t.due < :today) AS overdue,
       count(t.id) FILTER (WHERE ${IS_OPEN} AND t.assignee_id IS NULL) AS unassigned,
       count(t.id) FILTER (WHERE s.category = 'done' AND EXISTS (SELECT 1 FROM activity a
         WHERE a.task_id = t.id AND a.field = 'status' AND a.after = s.name AND a.at >= :weekAgo)) AS done_this_week
     FROM projects p JOIN users u ON u.id = p.lead_id
     LEFT JOIN tasks t ON t.project_id = p.id AND t.deleted_at IS NULL
     LEFT JOIN workflow_states s ON s.id = t.state_id
     GROUP BY p.id ORDER BY p.key`,
    { today, weekAgo: dateOf(now(), -7) },
  )
  const sum = (field: 'open' | 'in_progress' | 'overdue') => rows.reduce((total, row) => total + row[field], 0)
  const text = [
    `# Projects on ${today}`,
    '',
    `${rows.length} projects, ${sum('open')} open tasks: ${sum('in_progress')} in progress, ${sum('overdue')} overdue.`,
    '',
    '| key | project | lead | open | in progress | overdue | unassigned | done in 7 days |',
    '|---|---|---|--:|--:|--:|--:|--:|',
    ...rows.map(
      (row) =>
        `| ${row.key} | ${row.name} | ${row.lead} | ${row.open} | ${row.in_progress} | ${row.overdue} | ${row.unassigned} | ${row.done_this_week} |`,
    ),
    '',
    'One project in detail: project://{key}/status. Its tasks: list_tasks.',
  ].join('\n')
  return { text, data: { as_of: today, projects: rows } }
}
