/** The state that a task may move to by a name. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { closest } from '../text/closest.ts'
import type { Database } from './database.ts'
import { foldedState, readMoves, readStates, type WorkflowState } from './project.ts'
import type { TaskRow } from './task.ts'

/** @throws ToolError `transition_not_allowed` or `unknown_status`, with what is allowed */
export function reachableState(db: Database, task: TaskRow, status: string): WorkflowState {
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
