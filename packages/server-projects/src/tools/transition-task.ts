/** The tool that moves a task through its project's workflow. */
import { toolOf } from '@causeway/shared-contracts/define-tool'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import type { ProjectServices } from '../open-services.ts'
import type { Database } from '../store/database.ts'
import { foldedState, readMoves, readStates, type WorkflowState } from '../store/project.ts'
import type { TaskRow } from '../store/task.ts'
import { closest } from '../text/closest.ts'
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

function reachableState(db: Database, task: TaskRow, status: string): WorkflowState {
  const wanted = foldedState(status)
  const isWanted = (state: WorkflowState) => foldedState(state.name) === wanted
  const states = readStates(db, task.project_id)
  const moves = readMoves(db, task.state_id)
  const next = states.find((state) => isWanted(state) && state.id === task.state_id) ?? moves.find(isWanted)
  if (next) return next
  const allowed = moves.map((state) => state.name)
  const near = closest(wanted, allowed)
  const isKnown = states.some(isWanted)
  const why = isKnown ? 'that move is not allowed' : `${task.project} has no state "${wanted}"`
  throw new ToolError(
    isKnown ? 'transition_not_allowed' : 'unknown_status',
    `Cannot move ${task.key} from ${task.status}: ${why}. From ${task.status} it can go to ${allowed.join(', ')}.`,
    { field: 'status', allowed, current_status: task.status, ...(near && !isKnown ? { did_you_mean: near } : {}) },
  )
}
