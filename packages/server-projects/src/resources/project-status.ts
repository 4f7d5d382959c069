/** The resource that shows where one project stands. */
import { resourceOf } from '@causeway/shared-contracts/define-resource'
import type { ProjectServices } from '../open-services.ts'
import { recentActivity } from '../store/activity.ts'
import type { Parameters } from '../store/database.ts'
import { findTasks, type Sort } from '../store/find-tasks.ts'
import { type Project, readProjects, resolveProject } from '../store/project.ts'
import { IS_OPEN, summaryOf } from '../store/task.ts'
import { readView } from '../store/view-cache.ts'
import { dateOf } from '../text/calendar-date.ts'
import { renderTask } from '../text/render-task.ts'
import { renderActivity } from './recent-activity.ts'

const MAX_LISTED = 10

/** One project by key. */
export const projectStatus = resourceOf<ProjectServices>()({
  name: 'project_status',
  title: 'Status of one project',
  description:
    'One project by key: tasks by state, what is overdue, due soon or urgent without an owner, latest activity.',
  uri: 'project://{project}/status',
  complete: {
    project: (typed, { db }) =>
      readProjects(db)
        .map((project) => project.key)
        .filter((key) => key.startsWith(typed.toUpperCase())),
  },
  list: ({ db }) =>
    readProjects(db).map((project) => ({ uri: projectStatusUri(project), title: `Status of ${project.name}` })),
  read({ project: reference = '' }, call) {
    const { services } = call
    const project = resolveProject(services.db, reference)
    return readView(call, projectStatusUri(project), () => renderProjectStatus(services, project))
  },
})

/** URI of one project's status. */
export function projectStatusUri(project: Project): string {
  return `project://${project.key}/status`
}

/** The resource's text as of now. */
export function renderProjectStatus(services: ProjectServices, project: Project): string {
  const today = dateOf(services.now())
  const soon = dateOf(services.now(), 7)
  const list = (where: string, sort: Sort, parameters: Parameters = {}) =>
    tasksOf(services, project, { where, sort, parameters })
  return [
    `# ${project.key}: ${project.name} on ${today}`,
    '',
    project.description,
    `Lead: ${project.lead}.${project.repository ? ` Repository: ${project.repository}.` : ''}`,
    '',
    '## Tasks by state',
    ...statesOf(services, project),
    '',
    '## Overdue',
    ...list('t.due < :today', 'due', { today }),
    '',
    '## Due within 7 days',
    ...list('t.due BETWEEN :today AND :soon', 'due', { today, soon }),
    '',
    '## Urgent or high, without an owner',
    ...list('t.assignee_id IS NULL AND t.priority <= 2', 'priority'),
    '',
    '## Latest activity',
    ...recentActivity(services.db, 5, project.id).map(renderActivity),
  ].join('\n')
}

function statesOf({ db }: ProjectServices, project: Project): string[] {
  return db
    .all<{ name: string; tasks: number }>(
      `SELECT s.name, count(t.id) AS tasks FROM workflow_states s
       LEFT JOIN tasks t ON t.state_id = s.id AND t.deleted_at IS NULL
       WHERE s.project_id = :id GROUP BY s.id ORDER BY s.position`,
      { id: project.id },
    )
    .map((state) => `- ${state.name}: ${state.tasks}`)
}

interface Wanted {
  where: string
  sort: Sort
  parameters: Parameters
}

function tasksOf({ db, now }: ProjectServices, project: Project, wanted: Wanted): string[] {
  const { found, total } = findTasks(db, {
    conditions: {
      where: ['t.deleted_at IS NULL', 't.project_id = :projectId', IS_OPEN, wanted.where],
      parameters: { projectId: project.id, ...wanted.parameters },
    },
    sort: wanted.sort,
    limit: MAX_LISTED,
  })
  const lines = found.map(({ row }) => `- ${renderTask(summaryOf(row, dateOf(now())))}`)
  if (total === 0) return ['- none']
  return total > found.length ? [...lines, `- and ${total - found.length} more: list_tasks`] : lines
}
