/** The resource that shows where every project stands. */
import { resourceOf } from '@causeway/shared-contracts/define-resource'
import type { ProjectServices } from '../open-services.ts'
import { countProjects } from '../store/project-counts.ts'
import { readView, type View } from '../store/view-cache.ts'
import { dateOf } from '../text/calendar-date.ts'

/** More projects than this are not one overview. */
const MAX_PROJECTS = 200

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
  const rows = countProjects(db, {
    ...{ today, weekAgo: dateOf(now(), -7) },
    isArchivedToo: false,
    limit: MAX_PROJECTS,
  })
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
        `| ${row.key} | ${row.name} | ${row.lead} | ${row.open} | ${row.in_progress} | ${row.overdue} | ${row.unassigned} | ${row.done_in_7_days} |`,
    ),
    '',
    'One project in detail: project://{key}/status. Its tasks: list_tasks.',
  ].join('\n')
  return { text, data: { as_of: today, projects: rows } }
}
