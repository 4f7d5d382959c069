/** Workflows: states in their order and the moves between them, as new projects get them. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import type { Database } from './database.ts'
import { foldedState, type WorkflowState } from './project.ts'

/** A state before the database has numbered it. */
export interface PlannedState {
  name: string
  category: WorkflowState['category']
  /** Names of those that can follow it. */
  next: readonly string[]
}

/** Workflows by name. */
export const WORKFLOWS = {
  /** How software is made: reviewed before, or straight to, done; closed work can be opened again. */
  software: [
    { name: 'Backlog', category: 'backlog', next: ['Todo', 'In Progress', 'Canceled'] },
    { name: 'Todo', category: 'todo', next: ['Backlog', 'In Progress', 'Canceled'] },
    { name: 'In Progress', category: 'in_progress', next: ['Todo', 'In Review', 'Done', 'Canceled'] },
    { name: 'In Review', category: 'in_progress', next: ['In Progress', 'Done', 'Canceled'] },
    { name: 'Done', category: 'done', next: ['In Progress'] },
    { name: 'Canceled', category: 'canceled', next: ['Backlog'] },
  ],
  /** How requests are worked off: triaged, sometimes waiting for others. */
  request: [
    { name: 'Triage', category: 'backlog', next: ['Queued', 'In Progress', 'Canceled'] },
    { name: 'Queued', category: 'todo', next: ['Triage', 'In Progress', 'Canceled'] },
    { name: 'In Progress', category: 'in_progress', next: ['Queued', 'Waiting', 'Done', 'Canceled'] },
    { name: 'Waiting', category: 'in_progress', next: ['In Progress', 'Canceled'] },
    { name: 'Done', category: 'done', next: ['In Progress'] },
    { name: 'Canceled', category: 'canceled', next: ['Triage'] },
  ],
} as const satisfies Record<string, readonly PlannedState[]>

/**
 * Refuses states among which tasks would get lost.
 * @throws ToolError `invalid_arguments`
 */
export function requireWorkflow(states: readonly PlannedState[], field: string): void {
  const names = states.map(({ name }) => foldedState(name))
  const refuse = (why: string) => new ToolError('invalid_arguments', `Cannot use this workflow: ${why}.`, { field })
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw refuse(`two states are called "${twice}"`)
  if (!states.some(({ category }) => category === 'done')) throw refuse('no state has the category done')
  const unknown = states.flatMap(({ next }) => next).find((name) => !names.includes(foldedState(name)))
  if (unknown !== undefined) throw refuse(`next names "${unknown}", which is none of its states`)
}

/** Stores the states of a new project and their moves. */
export function storeWorkflow(db: Database, projectId: number, states: readonly PlannedState[]): void {
  for (const [position, { name, category }] of states.entries())
    db.run(
      'INSERT INTO workflow_states (project_id, name, category, position) VALUES (:projectId, :name, :category, :position)',
      { projectId, name, category, position },
    )
  for (const [from, { next }] of states.entries())
    for (const name of next)
      db.run(
        `INSERT INTO workflow_moves (from_id, to_id) SELECT f.id, t.id FROM workflow_states f, workflow_states t
         WHERE f.project_id = :projectId AND t.project_id = :projectId AND f.position = :from AND t.position = :to
         ON CONFLICT DO NOTHING`,
        { projectId, from, to: states.findIndex((state) => foldedState(state.name) === foldedState(name)) },
      )
}
