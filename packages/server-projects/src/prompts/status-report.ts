/** The prompt that reports on one project or on all. */
import { promptOf } from '@causeway/shared-contracts/define-prompt'
import { z } from 'zod'
import type { ProjectServices } from '../open-services.ts'
import { projectStatusUri, renderProjectStatus } from '../resources/project-status.ts'
import { renderWorkspaceStatus, WORKSPACE_STATUS_URI } from '../resources/workspace-status.ts'
import { resolveProject } from '../store/project.ts'
import { cleanLine } from '../text/clean-input.ts'
import { embedded } from './embedded.ts'

/** A report that people can read in two minutes. */
export const statusReport = promptOf<ProjectServices>()({
  name: 'status_report',
  title: 'Write a status report',
  description: 'Report on one project, or on all of them, from the live status.',
  args: z.object({
    project: z.string().max(80).optional().describe('Project key or name; all projects unless given'),
    audience: z.string().max(200).optional().describe('Who reads it, e.g. the leadership team'),
  }),
  render({ project: reference, audience }, { services }) {
    const project = reference ? resolveProject(services.db, reference) : undefined
    const scope = project ? `${project.name} (${project.key})` : 'all projects'
    const filter = project ? `project ${project.key}` : 'each project that stands out'
    const text = [
      `Write a status report on ${scope} for ${cleanLine(audience ?? 'the team')}.`,
      '',
      'The status as it is now is attached. Then:',
      `1. Read what was done, is late or is blocked with get_status_report, and more of any with list_tasks (${filter}, overdue or blocked true, status closed).`,
      '2. Read the two or three tasks that explain the most with get_task_details (sections description, comments, activity).',
      '3. Write: one sentence on the whole; done; in progress; at risk, with task key, owner and what would help; decisions needed. At most one page, every claim with a task key, no number that is not in what you read.',
      'Change nothing. If something should change, say which tool would do it (update_task, assign_task, transition_task) and ask.',
    ].join('\n')
    const live = project
      ? embedded(projectStatusUri(project), renderProjectStatus(services, project))
      : embedded(WORKSPACE_STATUS_URI, renderWorkspaceStatus(services))
    return [{ text }, live]
  },
})
