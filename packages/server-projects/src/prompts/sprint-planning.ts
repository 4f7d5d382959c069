/** The prompt that plans a sprint from the project as it is now. */
import { promptOf } from '@causeway/shared-contracts/define-prompt'
import { z } from 'zod'
import type { ProjectServices } from '../open-services.ts'
import { projectStatusUri, renderProjectStatus } from '../resources/project-status.ts'
import { renderTeamWorkload, TEAM_WORKLOAD_URI } from '../resources/team-workload.ts'
import { resolveProject } from '../store/project.ts'
import { cleanLine } from '../text/clean-input.ts'
import { embedded } from './embedded.ts'

/** Choose, assign and date the work of the next sprint. */
export const sprintPlanning = promptOf<ProjectServices>()({
  name: 'sprint_planning',
  title: 'Plan a sprint',
  description: 'Plan the next sprint of a project from its live status and the workload of the team.',
  args: z.object({
    project: z.string().max(80).describe('Project key or name'),
    goal: z.string().max(500).optional().describe('What the sprint is for'),
    days: z.string().max(3).optional().describe('Length in days, 14 unless given'),
  }),
  render({ project: reference, goal, days }, { services }) {
    const project = resolveProject(services.db, reference)
    const text = [
      `Plan the next sprint of ${project.name} (${project.key}): ${cleanLine(days ?? '14')} days.`,
      goal ? `Its goal: ${cleanLine(goal)}.` : 'Propose a goal from what is urgent and overdue.',
      '',
      'The project and the team as they are now are attached. Then:',
      `1. Read the candidates with list_tasks (project ${project.key}, status open; page with cursor), and those in doubt with get_task_details.`,
      '2. Choose what fits: overdue and urgent first, then what serves the goal. Leave room for people who already have much in progress; get_workload tells more of one team.',
      '3. Show the plan as a table: key, title, owner, due date, reason. Say what was left out and why. Wait for agreement.',
      '4. Once agreed: create_tasks for work that is missing (search_tasks first), bulk_update_tasks for owners, estimates and dates, then plan_sprint with the keys, with dry_run first; if your client does not show these, update_task (sprint, estimate) and assign_task do it one by one.',
    ].join('\n')
    return [
      { text },
      embedded(projectStatusUri(project), renderProjectStatus(services, project)),
      embedded(TEAM_WORKLOAD_URI, renderTeamWorkload(services)),
    ]
  },
})
