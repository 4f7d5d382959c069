/** The workflows of the seeded workspace, and how tasks usually go through them. */
import { type PlannedState, WORKFLOWS } from '../store/workflows.ts'

/** States in order, each with those that can follow it; and common ways from the first state, with their share. */
export interface SeededWorkflow {
  states: readonly PlannedState[]
  ways: readonly { share: number; through: readonly string[] }[]
}

/** How software is made: reviewed before, or straight to, done; closed work can be opened again. */
export const SOFTWARE_WORKFLOW: SeededWorkflow = {
  states: WORKFLOWS.software,
  ways: [
    { share: 0.58, through: ['Todo', 'In Progress', 'In Review', 'Done'] },
    { share: 0.16, through: ['In Progress', 'Done'] },
    { share: 0.1, through: ['Todo', 'In Progress', 'In Review', 'In Progress', 'In Review', 'Done'] },
    { share: 0.06, through: ['Canceled'] },
    { share: 0.1, through: [] },
  ],
}

/** How requests are worked off: triaged, sometimes waiting for others. */
export const REQUEST_WORKFLOW: SeededWorkflow = {
  states: WORKFLOWS.request,
  ways: [
    { share: 0.55, through: ['Queued', 'In Progress', 'Done'] },
    { share: 0.2, through: ['Queued', 'In Progress', 'Waiting', 'In Progress', 'Done'] },
    { share: 0.08, through: ['In Progress', 'Done'] },
    { share: 0.07, through: ['Canceled'] },
    { share: 0.1, through: [] },
  ],
}
