/** The tool that reads one project. */
import { markUntrusted } from '@causeway/shared-contracts/clean-text'
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { z } from 'zod'
import type { ProjectServices } from '../open-services.ts'
import { resolveProject } from '../store/project.ts'
import { type ProjectDetails, projectDetails } from '../store/project-details.ts'
import { renderSprint } from '../text/render-sprint.ts'
import { projectInput } from './task-shape.ts'

/** One project with its workflow, people, sprints and milestones. */
export const getProject = toolOf<ProjectServices>()({
  name: 'get_project',
  title: 'Get a project',
  description:
    'Read one project: states and allowed moves, members, sprints, milestones, labels. Use it before planning or moving tasks; for the tasks list_tasks.',
  effect: 'read',
  since: '1.1.0',
  input: z.object({ project: projectInput }),
  output: z.object({ project: z.looseObject({ key: z.string(), version: z.number() }) }),
  run({ project: reference }, { services: { db } }) {
    const project = projectDetails(db, resolveProject(db, reference))
    return { text: render(project), data: { project } }
  },
})

function render(project: ProjectDetails): string {
  const { key, name, lead, repository, archived_at, version, members, states, sprints, milestones, labels } = project
  return [
    `${key} ${name} · lead ${lead}${repository ? ` · ${repository}` : ''} · version ${version}${archived_at ? ` · archived ${archived_at.slice(0, 10)}` : ''}`,
    markUntrusted(project.description, `${key} description`),
    `members: ${members.join(', ') || 'none'}`,
    ...states.map(
      (state) => `state ${state.name} (${state.category}): ${state.tasks} tasks, next ${state.next.join(', ')}`,
    ),
    ...sprints.map((sprint) => `sprint ${renderSprint(sprint)}`),
    ...milestones.map(
      ({ name: milestone, due, reached_on, tasks, done }) =>
        `milestone ${milestone}: ${reached_on ? `reached ${reached_on}` : due ? `due ${due}` : 'no date'}, ${done} of ${tasks} tasks done`,
    ),
    `labels: ${labels.join(', ') || 'none'}`,
    'Its tasks: list_tasks. How it stands: get_status_report.',
  ].join('\n')
}
