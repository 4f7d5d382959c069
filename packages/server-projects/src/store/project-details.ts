/** Everything known of one project but its tasks. */
import type { Database } from './database.ts'
import { readMembers } from './members.ts'
import { type Milestone, milestonesToShow } from './milestone.ts'
import { type Project, readMoves, readStates, type WorkflowState } from './project.ts'
import { countSprint, readSprints, type Sprint, type SprintCounts } from './sprint.ts'

/** A state, how many tasks are in it, and where they can go. */
export type StateView = { name: string; category: WorkflowState['category']; tasks: number; next: string[] }

/** A sprint and how its tasks stand. */
export type SprintView = Pick<Sprint, 'name' | 'state' | 'goal' | 'starts_on' | 'ends_on' | 'version'> & SprintCounts

/** A project as `get_project` answers it. */
export type ProjectDetails = {
  key: string
  name: string
  description: string
  /** The description is somebody's text, not instructions. */
  untrusted: true
  lead: string
  repository: string | null
  archived_at: string | null
  created_at: string
  version: number
  members: string[]
  states: StateView[]
  sprints: SprintView[]
  milestones: Omit<Milestone, 'id'>[]
  labels: string[]
}

/** Sprints that are shown: what is open, and the last ones that closed. */
const MAX_SPRINTS = 6
const MAX_LABELS = 25

/** Reads it all. */
export function projectDetails(db: Database, project: Project): ProjectDetails {
  const { id, key, name, description, lead, repository, archived_at, created_at, version } = project
  return {
    ...{ key, name, description, untrusted: true, lead, repository, archived_at, created_at, version },
    members: readMembers(db, id),
    states: readStateViews(db, id),
    sprints: readSprints(db, id)
      .slice(0, MAX_SPRINTS)
      .map((sprint) => sprintView(db, sprint)),
    milestones: milestonesToShow(db, id),
    labels: db
      .all<{ name: string }>(
        `SELECT l.name FROM labels l JOIN task_labels tl ON tl.label_id = l.id JOIN tasks t ON t.id = tl.task_id
         WHERE t.project_id = :id AND t.deleted_at IS NULL GROUP BY l.id ORDER BY count(*) DESC, l.name LIMIT ${MAX_LABELS}`,
        { id },
      )
      .map((label) => label.name),
  }
}

/** A sprint with its counts. */
export function sprintView(db: Database, sprint: Sprint): SprintView {
  const { name, state, goal, starts_on, ends_on, version } = sprint
  return { name, state, goal, starts_on, ends_on, version, ...countSprint(db, sprint.id) }
}

/** A project's states with their counts and moves. */
export function readStateViews(db: Database, projectId: number): StateView[] {
  const counts = new Map(
    db
      .all<{ id: number; n: number }>(
        'SELECT state_id AS id, count(*) AS n FROM tasks WHERE project_id = :projectId AND deleted_at IS NULL GROUP BY state_id',
        { projectId },
      )
      .map(({ id, n }) => [id, n]),
  )
  return readStates(db, projectId).map(({ id, name, category }) => ({
    name,
    category,
    tasks: counts.get(id) ?? 0,
    next: readMoves(db, id).map((state) => state.name),
  }))
}
