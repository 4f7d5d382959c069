/** The tool that records new work. */
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { z } from 'zod'
import type { ProjectServices } from '../open-services.ts'
import { answerNewTask, newTaskInput, newTaskShape } from './new-task.ts'
import { personInput } from './task-shape.ts'

/** Creates one task; an owner is optional. */
export const createTask = toolOf<ProjectServices>()({
  name: 'create_task',
  title: 'Create a task',
  description:
    'Create a task for work that has no owner yet; when the owner is known use create_and_assign_task. Search first with search_tasks: a ref that a task of the project links already is refused as possible_duplicate.',
  effect: 'write',
  input: z.object({ ...newTaskInput, assignee: personInput('Owner, if known').optional() }),
  output: newTaskShape,
  run: (args, call) => answerNewTask(call, 'create_task', args),
})
