/** Sprints of a project: planned, then active, one at a time, then closed. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { folded } from '../text/clean-input.ts'
import { closest } from '../text/closest.ts'
import type { Database } from './database.ts'
import type { Project } from './project.ts'
import { IS_OPEN } from './task.ts'

/** One sprint as stored; its days are `YYYY-MM-DD`, both included. */
export interface Sprint {
  id: number
  project_id: number
  name: string
  goal: string
  starts_on: string
  ends_on: string
  state: 'planned' | 'active' | 'closed'
  closed_at: string | null
  version: number
}

/** A project's sprints, the latest first. */
export function readSprints(db: Database, projectId: number): Sprint[] {
  return db.all<Sprint>('SELECT * FROM sprints WHERE project_id = :projectId ORDER BY starts_on DESC, id DESC', {
    projectId,
  })
}

/** The sprint of this name, or the one that `current` or `next` stands for; none if there is none. */
export function findSprint(db: Database, project: Project, reference: string): Sprint | undefined {
  const sprints = readSprints(db, project.id)
  const wanted = folded(reference)
  if (wanted === 'current' || wanted === 'active') return sprints.find(({ state }) => state === 'active')
  if (wanted === 'next') return sprints.findLast(({ state }) => state === 'planned')
  return sprints.find(({ name }) => folded(name) === wanted)
}

/** True for the words that stand for whichever sprint it is now, or for none. */
export function isWordForSprint(name: string): boolean {
  return ['none', 'current', 'active', 'next'].includes(folded(name))
}

/** @throws ToolError `unknown_sprint` with those that can be meant */
export function resolveSprint(db: Database, project: Project, reference: string): Sprint {
  const sprint = findSprint(db, project, reference)
  if (sprint) return sprint
  const open = readSprints(db, project.id).filter(({ state }) => state !== 'closed')
  throw unknownSprint(
    reference,
    ` in ${project.key}`,
    open.map(({ name }) => name),
  )
}

/**
 * The sprint that a task can be put into.
 * @throws ToolError `unknown_sprint`, or `sprint_closed`
 */
export function openSprint(db: Database, project: Project, reference: string): Sprint {
  const sprint = resolveSprint(db, project, reference)
  if (sprint.state !== 'closed') return sprint
  throw new ToolError(
    'sprint_closed',
    `${sprint.name} of ${project.key} is closed since ${sprint.closed_at?.slice(0, 10)}. Use current, next or an open sprint from get_project, or make one with plan_sprint.`,
    { field: 'sprint' },
  )
}

/** The error for a sprint that is not there. */
export function unknownSprint(reference: string, where: string, known: readonly string[]): ToolError {
  const near = closest(reference, known)
  const allowed = ['current', 'next', ...known.slice(0, 20)]
  return new ToolError(
    'unknown_sprint',
    `No sprint "${folded(reference)}"${where}. Known are ${allowed.join(', ')}; plan_sprint makes a new one.`,
    { field: 'sprint', allowed, ...(near ? { did_you_mean: near } : {}) },
  )
}

/** How the tasks of a sprint stand. */
export type SprintCounts = {
  tasks: number
  done: number
  points: number
  points_done: number
}

/** Canceled tasks do not count. */
export function countSprint(db: Database, sprintId: number): SprintCounts {
  return db.get<SprintCounts>(
    `SELECT count(*) AS tasks, count(*) FILTER (WHERE s.category = 'done') AS done,
       coalesce(sum(t.estimate), 0) AS points, coalesce(sum(t.estimate) FILTER (WHERE s.category = 'done'), 0) AS points_done
     FROM tasks t JOIN workflow_states s ON s.id = t.state_id
     WHERE t.sprint_id = :sprintId AND t.deleted_at IS NULL AND s.category <> 'canceled'`,
    { sprintId },
  ) as SprintCounts
}

/** Keys of what is left to do in a sprint. */
export function unfinishedOf(db: Database, sprintId: number): string[] {
  return db
    .all<{ key: string }>(
      `SELECT t.key FROM tasks t JOIN workflow_states s ON s.id = t.state_id
       WHERE t.sprint_id = :sprintId AND t.deleted_at IS NULL AND ${IS_OPEN} ORDER BY t.id`,
      { sprintId },
    )
    .map(({ key }) => key)
}
