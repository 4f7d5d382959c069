/** The tool that records new work together with who does it. */
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { z } from 'zod'
import type { ProjectServices } from '../open-services.ts'
import { answerNewTask, newTaskInput, newTaskShape } from './new-task.ts'
import { personInput } from './task-shape.ts'

/** Creates, assigns, links and notifies in one transaction. */
export const createAndAssignTask = toolOf<ProjectServices>()({
  name: 'create_and_assign_task',
  title: 'Create and assign',
  description:
    'Create a task, assign it, link it and notify the assignee: all of it or nothing. Use it when the owner is known, e.g. by GitHub login from CODEOWNERS; an ambiguous person is an error with candidates. Without an owner use create_task.',
  effect: 'write',
  input: z.object({
    ...newTaskInput,
    assignee: personInput('Handle, name, e-mail, login or me'),
  }),
  output: newTaskShape,
  run: (args, call) => answerNewTask(call, 'create_and_assign_task', args),
})
