/** The prompt that breaks one piece of work into tasks. */
import { promptOf } from '@causeway/shared-contracts/define-prompt'
import { z } from 'zod'
import type { ProjectServices } from '../open-services.ts'
import { projectStatusUri, renderProjectStatus } from '../resources/project-status.ts'
import { renderTaskResource, taskUri } from '../resources/task.ts'
import { renderWorkspaceStatus, WORKSPACE_STATUS_URI } from '../resources/workspace-status.ts'
import { resolveProject } from '../store/project.ts'
import { findTask } from '../store/task.ts'
import { cleanLine } from '../text/clean-input.ts'
import { embedded } from './embedded.ts'

const TASK_KEY = /^[a-z][a-z0-9]*-\d+$/i

/** From a goal or an existing task to tasks that one person can finish. */
export const taskBreakdown = promptOf<ProjectServices>()({
  name: 'task_breakdown',
  title: 'Break work into tasks',
  description: 'Break a goal, or an existing task, into tasks of one to three days each.',
  args: z.object({
    goal: z.string().min(1).max(1000).describe('What is to be achieved, or the key of a task such as WEB-142'),
    project: z.string().max(80).optional().describe("Project key or name; the task's own if goal is a key"),
  }),
  render({ goal, project: reference }, { services }) {
    const { db } = services
    const task = TASK_KEY.test(goal.trim()) ? findTask(db, goal.trim(), 'goal') : undefined
    const named = reference ?? task?.project
    const project = named ? resolveProject(db, named) : undefined
    const first = task
      ? `Read ${task.key} with get_task_details (all sections), and what is near it with search_tasks.`
      : 'Look with search_tasks (status any) for tasks that already cover parts of it.'
    const text = [
      `Break this into tasks for ${project ? `${project.name} (${project.key})` : 'the project it belongs to'}: ${task ? `${task.key} '${task.title}'` : cleanLine(goal)}.`,
      '',
      'The status as it is now is attached. Then:',
      `1. ${first}`,
      '2. Split it into tasks of one to three days, each with a title that says the result, what is included and what is not, how to tell that it is done, labels and priority. Put them in order; name what depends on what.',
      '3. Show the list and wait for agreement; nothing is written before.',
      `4. Once agreed: create_tasks with project ${project?.key ?? 'as agreed'}${task ? `, parent ${task.key}` : ''}, blocked_by for what waits (#1, #2… name tasks of the list) and an idempotency_key. If your client does not show it: create_and_assign_task where the owner is known, else create_task${task ? `, and add_comment on ${task.key} with the new keys` : ''}.`,
      'generate_task_breakdown can write the list for you; create_tasks then takes its draft_id.',
    ].join('\n')
    const live = project
      ? embedded(projectStatusUri(project), renderProjectStatus(services, project))
      : embedded(WORKSPACE_STATUS_URI, renderWorkspaceStatus(services))
    return [{ text }, live, ...(task ? [embedded(taskUri(task), renderTaskResource(services, task))] : [])]
  },
})
