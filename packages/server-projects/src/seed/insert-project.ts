/** Stores a seeded project with its members, workflow, sprints and milestones. */
import { recordProjectActivity } from '../store/activity.ts'
import type { Database } from '../store/database.ts'
import { addMember } from '../store/members.ts'
import { storeWorkflow } from '../store/workflows.ts'
import type { PlannedMilestone } from './plan-milestones.ts'
import { daysOf, type PlannedSprint } from './plan-sprints.ts'
import type { SeededProject } from './seeded-project.ts'

const HOUR_MS = 3_600_000

/** What a project has besides its tasks. */
export interface PlannedFrame {
  sprints: readonly PlannedSprint[]
  milestones: readonly PlannedMilestone[]
  createdAt: string
}

/** @returns the project's id */
export function insertProject(db: Database, project: SeededProject, frame: PlannedFrame): number {
  const { key, name, description, repository, lead, taskCount, workflow } = project
  const { createdAt } = frame
  const projectId = db.run(
    `INSERT INTO projects (key, name, description, repository, lead_id, last_number, created_at)
     VALUES (:key, :name, :description, :repository, (SELECT id FROM users WHERE handle = :lead), :taskCount, :createdAt)`,
    { key, name, description, repository, lead, taskCount, createdAt },
  )
  addMembers(db, project, { projectId, at: createdAt })
  storeWorkflow(db, projectId, workflow.states)
  for (const { name: milestone, due, reached_on } of frame.milestones)
    db.run(
      'INSERT INTO milestones (project_id, name, due, reached_on) VALUES (:projectId, :milestone, :due, :reached_on)',
      {
        ...{ projectId, milestone, due, reached_on },
      },
    )
  for (const sprint of frame.sprints) insertSprint(db, projectId, sprint)
  return projectId
}

/** The acts on a project and its sprints, with their times, to be recorded among those on its tasks. */
export function projectActs(
  db: Database,
  { lead, name }: SeededProject,
  project: { id: number; frame: PlannedFrame; nowMs: number },
): { atMs: number; record(): void }[] {
  const act = (atMs: number, kind: 'project' | 'sprint', field: string, after: string) => ({
    atMs,
    record: () =>
      recordProjectActivity(
        db,
        { id: project.id, version: 1 },
        { actor: lead, kind, field, after, at: new Date(atMs).toISOString() },
      ),
  })
  const sprints = project.frame.sprints.flatMap((sprint) => [
    act(sprint.startMs - 70 * HOUR_MS, 'sprint', 'planned', sprint.name),
    ...(sprint.state === 'planned' ? [] : [act(sprint.startMs + 9 * HOUR_MS, 'sprint', 'started', sprint.name)]),
    ...(sprint.state === 'closed' ? [act(closedMs(sprint), 'sprint', 'closed', sprint.name)] : []),
  ])
  const created = act(Date.parse(project.frame.createdAt), 'project', 'created', name)
  return [created, ...sprints].filter(({ atMs }) => atMs < project.nowMs)
}

function insertSprint(db: Database, projectId: number, sprint: PlannedSprint): void {
  const { name, goal, state } = sprint
  const closedAt = state === 'closed' ? new Date(closedMs(sprint)).toISOString() : null
  db.run(
    `INSERT INTO sprints (project_id, name, goal, starts_on, ends_on, state, closed_at)
     VALUES (:projectId, :name, :goal, :starts_on, :ends_on, :state, :closedAt)`,
    { projectId, name, goal, ...daysOf(sprint), state, closedAt },
  )
}

// Before the next one starts on Monday at nine.
function closedMs({ endMs }: PlannedSprint): number {
  return endMs + 32 * HOUR_MS
}

function addMembers(db: Database, project: SeededProject, to: { projectId: number; at: string }): void {
  const handles = new Set([project.lead, ...project.members, ...project.areas.map(({ owner }) => owner)])
  for (const { id } of db.all<{ id: number }>(
    'SELECT id FROM users WHERE handle IN (SELECT value FROM json_each(:handles)) ORDER BY id',
    { handles: JSON.stringify([...handles]) },
  ))
    addMember(db, { ...to, userId: id })
}
