/** The tool that moves a task through its project's workflow. */
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { z } from 'zod'
import type { ProjectServices } from '../open-services.ts'
import { reachableState } from '../store/reachable-state.ts'
import { answerChange } from './change-answer.ts'
import { changeShape, expectedVersionInput, keyInput } from './task-shape.ts'

/** Moves a task to a state that its present one allows. */
export const transitionTask = toolOf<ProjectServices>()({
  name: 'transition_task',
  title: 'Move a task',
  description:
    'Move a task to another state of its workflow, e.g. In Progress, In Review or Done. Workflows differ by project; an unreachable state is an error that lists the reachable ones. For other fields use update_task.',
  effect: 'write',
  idempotent: true,
  input: z.object({
    key: keyInput,
    status: z.string().max(40).describe('Name of the new state'),
    expected_version: expectedVersionInput,
  }),
  output: changeShape.extend({ notified: z.array(z.string()) }),
  run: (args, call) =>
    answerChange(call, { tool: 'transition_task', args }, (task) => ({
      state: reachableState(call.services.db, task, args.status),
    })),
})
