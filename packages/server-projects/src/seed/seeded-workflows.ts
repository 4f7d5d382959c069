/** The workflows of the seeded workspace: states in order, which move is allowed, and how tasks usually go through. */
import type { WorkflowState } from '../store/project.ts'

/** States in order, each with those that can follow it; and common ways from the first state, with their share. */
export interface SeededWorkflow {
  states: readonly { name: string; category: WorkflowState['category']; next: readonly string[] }[]
  ways: readonly { share: number; through: readonly string[] }[]
}

/** How software is made: reviewed before, or straight to, done; closed work can be opened again. */
export const SOFTWARE_WORKFLOW: SeededWorkflow = {
  states: [
    { name: 'Backlog', category: 'backlog', next: ['Todo', 'In Progress', 'Canceled'] },
    { name: 'Todo', category: 'todo', next: ['Backlog', 'In Progress', 'Canceled'] },
    { name: 'In Progress', category: 'in_progress', next: ['Todo', 'In Review', 'Done', 'Canceled'] },
    { name: 'In Review', category: 'in_progress', next: ['In Progress', 'Done', 'Canceled'] },
    { name: 'Done', category: 'done', next: ['In Progress'] },
    { name: 'Canceled', category: 'canceled', next: ['Backlog'] },
  ],
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
  states: [
    { name: 'Triage', category: 'backlog', next: ['Queued', 'In Progress', 'Canceled'] },
    { name: 'Queued', category: 'todo', next: ['Triage', 'In Progress', 'Canceled'] },
    { name: 'In Progress', category: 'in_progress', next: ['Queued', 'Waiting', 'Done', 'Canceled'] },
    { name: 'Waiting', category: 'in_progress', next: ['In Progress', 'Canceled'] },
    { name: 'Done', category: 'done', next: ['In Progress'] },
    { name: 'Canceled', category: 'canceled', next: ['Triage'] },
  ],
  ways: [
    { share: 0.55, through: ['Queued', 'In Progress', 'Done'] },
    { share: 0.2, through: ['Queued', 'In Progress', 'Waiting', 'In Progress', 'Done'] },
    { share: 0.08, through: ['In Progress', 'Done'] },
    { share: 0.07, through: ['Canceled'] },
    { share: 0.1, through: [] },
  ],
}
