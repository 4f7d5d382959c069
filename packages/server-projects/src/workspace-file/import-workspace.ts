/** Stores a whole workspace from its file: into an empty database, all of it or nothing. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import type { Database } from '../store/database.ts'
import { addLabels } from '../store/labels.ts'
import { addRelation } from '../store/relations.ts'
import { indexAllTasks } from '../store/search-index.ts'
import { PRIORITIES } from '../store/task.ts'
import { storeWorkflow } from '../store/workflows.ts'
import { findProblems } from './find-problems.ts'
import { type WorkspaceFile, workspaceFile } from './workspace-file.ts'

/** Most problems that are told. */
const MAX_TOLD = 20

/**
 * The workspace that a text holds.
 * @throws with the place of everything that is wrong, a line each
 */
export function parseWorkspace(text: string): WorkspaceFile {
  const parsed = workspaceFile.safeParse(JSON.parse(text))
  if (!parsed.success)
    throw new Error(
      parsed.error.issues
        .slice(0, MAX_TOLD)
        .map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`)
        .join('\n'),
    )
  const problems = findProblems(parsed.data)
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return parsed.data
}

/** Call it inside a transaction, on a database with its tables and nothing in them. */
export function importWorkspace(db: Database, file: WorkspaceFile): void {
  for (const person of file.people)
    db.run(
      `INSERT INTO users (handle, name, email, team, title, github, slack)
       VALUES (:handle, :name, :email, :team, :title, :github, :slack)`,
      person,
    )
  for (const project of file.projects) importProject(db, project)
  for (const name of file.labels) db.run('INSERT INTO labels (name) VALUES (:name)', { name })
  for (const task of file.tasks) importTask(db, task)
  importRelations(db, file)
  importRecord(db, file)
  indexAllTasks(db)
}

function importProject(db: Database, project: WorkspaceFile['projects'][number]): void {
  const { members, states, sprints, milestones, ...facts } = project
  const projectId = db.run(
    `INSERT INTO projects (key, name, description, repository, lead_id, last_number, version, created_at, archived_at)
     VALUES (:key, :name, :description, :repository, (SELECT id FROM users WHERE handle = :lead), :last_number, :version,
       :created_at, :archived_at)`,
    facts,
  )
  for (const { person, since } of members)
    db.run(
      `INSERT INTO memberships (project_id, user_id, since)
       SELECT :projectId, id, :since FROM users WHERE handle = :person`,
      { projectId, person, since },
    )
  storeWorkflow(db, projectId, states)
  for (const sprint of sprints)
    db.run(
      `INSERT INTO sprints (project_id, name, goal, starts_on, ends_on, state, closed_at, version)
       VALUES (:projectId, :name, :goal, :starts_on, :ends_on, :state, :closed_at, :version)`,
      { projectId, ...sprint },
    )
  for (const milestone of milestones)
    db.run(
      `INSERT INTO milestones (project_id, name, due, reached_on, version)
       VALUES (:projectId, :name, :due, :reached_on, :version)`,
      { projectId, ...milestone },
    )
}

function importTask(db: Database, task: WorkspaceFile['tasks'][number]): void {
  const { labels, links, priority, ...facts } = task
  const id = db.run(
    `INSERT INTO tasks (key, project_id, title, description, state_id, assignee_id, priority, due, estimate, sprint_id,
       milestone_id, created_by, created_at, updated_at, version, deleted_at)
     SELECT :key, p.id, :title, :description, (SELECT id FROM workflow_states WHERE project_id = p.id AND name = :status),
       (SELECT id FROM users WHERE handle = :assignee), :priority, :due, :estimate,
       (SELECT id FROM sprints WHERE project_id = p.id AND name = :sprint),
       (SELECT id FROM milestones WHERE project_id = p.id AND name = :milestone), :created_by, :created_at, :updated_at,
       :version, :deleted_at
     FROM projects p WHERE p.key = :project`,
    { ...facts, priority: PRIORITIES.indexOf(priority) + 1, project: task.key.replace(/-\d+$/, '') },
  )
  addLabels(db, id, labels)
  for (const link of links)
    db.run(
      `INSERT INTO links (task_id, ref, url, title, created_by, created_at)
       VALUES (:id, :ref, :url, :title, :created_by, :created_at)`,
      { id, ...link },
    )
}

function importRelations(db: Database, { relations }: WorkspaceFile): void {
  const idOf = (key: string) => db.get<{ id: number }>('SELECT id FROM tasks WHERE key = :key', { key })?.id ?? 0
  for (const [i, { from, kind, to, created_by, created_at }] of relations.entries()) {
    const said = { task: { id: idOf(from), key: from }, relation: kind, other: { id: idOf(to), key: to } }
    try {
      addRelation(db, said, { actor: created_by, at: created_at })
    } catch (error) {
      if (error instanceof ToolError) throw new Error(`relations.${i}: ${error.message}`)
      throw error
    }
  }
}

function importRecord(db: Database, { comments, activity, notifications }: WorkspaceFile): void {
  for (const comment of comments)
    db.run(
      `INSERT INTO comments (task_id, author, body, created_at)
       SELECT id, :author, :body, :created_at FROM tasks WHERE key = :task`,
      comment,
    )
  for (const entry of activity)
    db.run(
      `INSERT INTO activity (project_id, task_id, actor, kind, field, before, after, version, at)
       SELECT id, (SELECT id FROM tasks WHERE key = :task), :actor, :kind, :field, :before, :after, :version, :at
       FROM projects WHERE key = :project`,
      entry,
    )
  for (const notification of notifications)
    db.run(
      `INSERT INTO notifications (user_id, task_id, kind, event, detail, actor, created_at, read_at)
       SELECT u.id, t.id, :kind, replace(:event, '::', ':' || t.id || ':'), :detail, :actor, :created_at, :read_at
       FROM users u, tasks t WHERE u.handle = :person AND t.key = :task`,
      notification,
    )
}
