/** The resource that shows a project's tasks by state, as on a wall. */
import { resourceOf } from '@causeway/shared-contracts/define-resource'
import type { ProjectServices } from '../open-services.ts'
import { findTasks } from '../store/find-tasks.ts'
import { type Project, readProjects, readStates, resolveProject, type WorkflowState } from '../store/project.ts'
import { isClosed, summaryOf, type TaskSummary } from '../store/task.ts'
import { readView, type View } from '../store/view-cache.ts'
import { dateOf } from '../text/calendar-date.ts'
import { renderTask } from '../text/render-task.ts'
import { projectKeys } from './project-status.ts'

/** Most tasks shown of one state. */
const MAX_SHOWN = 12

/** One column of the board. */
type Column = { state: string; category: WorkflowState['category']; total: number; tasks: TaskSummary[] }

/** The board of one project. */
export const projectBoard = resourceOf<ProjectServices>()({
  name: 'project_board',
  title: 'Board of one project',
  description: 'One project by key: the tasks of each state, open ones by priority, closed ones the latest first.',
  uri: 'project://{project}/board',
  complete: { project: (typed, { db }) => projectKeys(db, typed) },
  list: ({ db }) =>
    readProjects(db).map((project) => ({ uri: projectBoardUri(project), title: `Board of ${project.name}` })),
  read({ project: reference = '' }, call) {
    const project = resolveProject(call.services.db, reference)
    return readView(call, projectBoardUri(project), () => renderBoard(call.services, project))
  },
})

function projectBoardUri({ key }: Project): string {
  return `project://${key}/board`
}

function renderBoard(services: ProjectServices, project: Project): View {
  const columns = readStates(services.db, project.id).map((state) => columnOf(services, state))
  const today = dateOf(services.now())
  const text = [
    `# Board of ${project.key}: ${project.name} on ${today}`,
    ...columns.map(({ state, total, tasks }) =>
      [
        `## ${state} (${total})`,
        ...tasks.map((task) => `- ${renderTask(task)}`),
        ...(total > tasks.length ? [`- and ${total - tasks.length} more: list_tasks with status ${state}`] : []),
      ].join('\n'),
    ),
  ].join('\n\n')
  return { text, data: { as_of: today, project: project.key, columns } }
}

function columnOf({ db, now }: ProjectServices, state: WorkflowState): Column {
  const { found, total } = findTasks(db, {
    conditions: {
      where: ['t.deleted_at IS NULL', 't.state_id = :stateId'],
      parameters: { stateId: state.id },
    },
    sort: isClosed(state.category) ? 'updated' : 'priority',
    limit: MAX_SHOWN,
  })
  const tasks = found.map(({ row }) => summaryOf(row, dateOf(now())))
  return { state: state.name, category: state.category, total, tasks }
}
