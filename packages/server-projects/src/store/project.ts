/** Projects and their workflow states, found by key, name or repository. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { folded } from '../text/clean-input.ts'
import { closest } from '../text/closest.ts'
import type { Database } from './database.ts'

/** One project as stored, with its lead's handle. */
export interface Project {
  id: number
  key: string
  name: string
  description: string
  repository: string | null
  lead: string
  lead_id: number
  version: number
  created_at: string
  archived_at: string | null
}

/** One state of a project's workflow. */
export interface WorkflowState {
  id: number
  name: string
  category: 'backlog' | 'todo' | 'in_progress' | 'done' | 'canceled'
}

const SELECT = 'SELECT p.*, u.handle AS lead FROM projects p JOIN users u ON u.id = p.lead_id'

/** All projects, by key. */
export function readProjects(db: Database): Project[] {
  return db.all<Project>(`${SELECT} ORDER BY p.key`)
}

/**
 * The project meant by a key, name or repository.
 * @throws ToolError `not_found` with the closest key, or `ambiguous_project`
 */
export function resolveProject(db: Database, reference: string, field = 'project'): Project {
  const projects = readProjects(db)
  const wanted = folded(reference)
  const namesOf = (project: Project) => [project.key, project.name, project.repository ?? project.key].map(folded)
  const exact = projects.find((project) => namesOf(project).includes(wanted))
  if (exact) return exact
  const partly = wanted.length > 2 ? projects.filter((project) => folded(project.name).includes(wanted)) : []
  if (partly.length === 1) return partly[0] as Project
  const keys = projects.map((project) => project.key)
  if (partly.length > 1)
    throw new ToolError('ambiguous_project', `"${wanted}" could be one of ${named(partly)}. Call again with a key.`, {
      field,
      allowed: partly.slice(0, MAX_NAMED).map((project) => project.key),
    })
  const keyOf = new Map(projects.flatMap((project) => namesOf(project).map((name) => [name, project.key])))
  const near = keyOf.get(closest(wanted, keyOf.keys()) ?? '')
  throw new ToolError(
    'not_found',
    `No project "${wanted}". ${near ? `Did you mean ${near}? ` : ''}The projects are ${named(projects)}.`,
    { field, allowed: keys.slice(0, MAX_NAMED), ...(near ? { did_you_mean: near } : {}) },
  )
}

/** Most projects that an error names. */
const MAX_NAMED = 20

function named(projects: readonly Project[]): string {
  const shown = projects.slice(0, MAX_NAMED).map(({ key, name }) => `${key} (${name})`)
  const more = projects.length - shown.length
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more, see list_projects` : ''}`
}

/**
 * The project meant, if it still takes changes.
 * @throws ToolError `project_archived`, or what {@link resolveProject} throws
 */
export function resolveLiveProject(db: Database, reference: string, field = 'project'): Project {
  const project = resolveProject(db, reference, field)
  if (!project.archived_at) return project
  throw new ToolError(
    'project_archived',
    `${project.key} was archived on ${project.archived_at.slice(0, 10)} and takes no new work. Use another project, or update_project with archived: false.`,
    { field },
  )
}

/** The states of a project's workflow, in their order. */
export function readStates(db: Database, projectId: number): WorkflowState[] {
  return db.all<WorkflowState>(
    'SELECT id, name, category FROM workflow_states WHERE project_id = :projectId ORDER BY position',
    { projectId },
  )
}

/** The states that a task in this state may move to. */
export function readMoves(db: Database, stateId: number): WorkflowState[] {
  return db.all<WorkflowState>(
    `SELECT s.id, s.name, s.category FROM workflow_moves m JOIN workflow_states s ON s.id = m.to_id
     WHERE m.from_id = :stateId ORDER BY s.position`,
    { stateId },
  )
}

/** A state's name as people vary it: `in_progress`, `In progress` and `in-progress` are the same. */
export function foldedState(name: string): string {
  return folded(name).replace(/[\s_-]+/g, ' ')
}
