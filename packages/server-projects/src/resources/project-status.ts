/** The resource that shows where one project stands. */
import { resourceOf } from '@causeway/shared-contracts/define-resource'
import type { ProjectServices } from '../open-services.ts'
import { recentActivity } from '../store/activity.ts'
import type { Database, Parameters } from '../store/database.ts'
import { findTasks, type Sort } from '../store/find-tasks.ts'
import { type Project, readProjects, resolveProject } from '../store/project.ts'
import { readStateViews, sprintView } from '../store/project-details.ts'
import { readSprints } from '../store/sprint.ts'
import type { TaskSample } from '../store/status-report.ts'
import { IS_AMONG_BLOCKED, IS_OPEN, summaryOf } from '../store/task.ts'
import { readView, type View } from '../store/view-cache.ts'
import { dateOf } from '../text/calendar-date.ts'
import { renderSprint } from '../text/render-sprint.ts'
import { renderTask } from '../text/render-task.ts'
import { activityView, renderActivity } from './recent-activity.ts'

const MAX_LISTED = 10

/** One project by key. */
export const projectStatus = resourceOf<ProjectServices>()({
  name: 'project_status',
  title: 'Status of one project',
  description:
    'One project by key: tasks by state, what is overdue, due soon or urgent without an owner, latest activity.',
  uri: 'project://{project}/status',
  complete: { project: (typed, { db }) => projectKeys(db, typed) },
  list: ({ db }) =>
    readProjects(db).map((project) => ({ uri: projectStatusUri(project), title: `Status of ${project.name}` })),
  read({ project: reference = '' }, call) {
    const { services } = call
    const project = resolveProject(services.db, reference)
    return readView(call, projectStatusUri(project), () => renderProjectStatus(services, project))
  },
})

/** The keys that start so. */
export function projectKeys(db: Database, typed: string): string[] {
  return readProjects(db)
    .map((project) => project.key)
    .filter((key) => key.startsWith(typed.toUpperCase()))
}

/** URI of one project's status. */
export function projectStatusUri(project: Project): string {
  return `project://${project.key}/status`
}

/** The resource as of now. */
export function renderProjectStatus(services: ProjectServices, project: Project): View {
  const { db, now } = services
  const today = dateOf(now())
  const list = (where: string, sort: Sort, parameters: Parameters = {}) =>
    tasksOf(services, project, { where, sort, parameters })
  const { key, name, description, lead, repository } = project
  const states = readStateViews(db, project.id)
  const sprint = readSprints(db, project.id).find(({ state }) => state === 'active')
  const current = sprint ? sprintView(db, sprint) : null
  const lists = {
    overdue: list('t.due < :today', 'due', { today }),
    due_soon: list('t.due BETWEEN :today AND :soon', 'due', { today, soon: dateOf(now(), 7) }),
    blocked: list(IS_AMONG_BLOCKED, 'priority'),
    unowned: list('t.assignee_id IS NULL AND t.priority <= 2', 'priority'),
  }
  const activity = recentActivity(db, 5, project.id)
  const sections = [
    section(
      'Tasks by state',
      states.map((state) => `- ${state.name}: ${state.tasks}`),
    ),
    ...(current ? [section('Sprint', [`- ${renderSprint(current)}`])] : []),
    section('Overdue', linesOf(lists.overdue)),
    section('Due within 7 days', linesOf(lists.due_soon)),
    section('Blocked', linesOf(lists.blocked)),
    section('Urgent or high, without an owner', linesOf(lists.unowned)),
    section('Latest activity', activity.map(renderActivity)),
  ]
  const lines = [
    `# ${key}: ${name} on ${today}`,
    description,
    `Lead: ${lead}.${repository ? ` Repository: ${repository}.` : ''}`,
  ]
  const data = { as_of: today, key, name, lead, repository, states, sprint: current, ...lists }
  return { text: [...lines, ...sections].join('\n\n'), data: { ...data, activity: activity.map(activityView) } }
}

function section(title: string, lines: readonly string[]): string {
  return [`## ${title}`, ...lines].join('\n')
}

interface Wanted {
  where: string
  sort: Sort
  parameters: Parameters
}

function tasksOf({ db, now }: ProjectServices, project: Project, wanted: Wanted): TaskSample {
  const { found, total } = findTasks(db, {
    conditions: {
      where: ['t.deleted_at IS NULL', 't.project_id = :projectId', IS_OPEN, wanted.where],
      parameters: { projectId: project.id, ...wanted.parameters },
    },
    sort: wanted.sort,
    limit: MAX_LISTED,
  })
  return { total, tasks: found.map(({ row }) => summaryOf(row, dateOf(now()))) }
}

function linesOf({ total, tasks }: TaskSample): string[] {
  if (total === 0) return ['- none']
  const lines = tasks.map((task) => `- ${renderTask(task)}`)
  return total > tasks.length ? [...lines, `- and ${total - tasks.length} more: list_tasks`] : lines
}
