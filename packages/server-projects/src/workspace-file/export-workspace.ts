/** Reads a whole workspace into the form of its file. */
import type { Database } from '../store/database.ts'
import { PRIORITIES } from '../store/task.ts'
import type { WorkspaceFile } from './workspace-file.ts'

/** Everything but what belongs to single callers for a while: drafts, answers kept for retries, spent confirmations. Call it inside a transaction. */
export function exportWorkspace(db: Database, now: Date): WorkspaceFile {
  return {
    format: 'causeway-workspace',
    version: 1,
    exported_at: now.toISOString(),
    people: db.all('SELECT handle, name, email, team, title, github, slack FROM users ORDER BY id'),
    projects: readProjects(db),
    labels: db.all<{ name: string }>('SELECT name FROM labels ORDER BY id').map(({ name }) => name),
    tasks: readTasks(db),
    relations: db.all(
      `SELECT f.key AS "from", r.kind, t.key AS "to", r.created_by, r.created_at FROM relations r
       JOIN tasks f ON f.id = r.from_id JOIN tasks t ON t.id = r.to_id ORDER BY r.from_id, r.kind, r.to_id`,
    ),
    comments: db.all(
      `SELECT t.key AS task, c.author, c.body, c.created_at FROM comments c JOIN tasks t ON t.id = c.task_id ORDER BY c.id`,
    ),
    activity: db.all(
      `SELECT p.key AS project, t.key AS task, a.actor, a.kind, a.field, a.before, a.after, a.version, a.at
       FROM activity a JOIN projects p ON p.id = a.project_id LEFT JOIN tasks t ON t.id = a.task_id ORDER BY a.id`,
    ),
    notifications: db.all(
      `SELECT u.handle AS person, t.key AS task, n.kind, replace(n.event, ':' || t.id || ':', '::') AS event, n.detail,
         n.actor, n.created_at, n.read_at
       FROM notifications n JOIN users u ON u.id = n.user_id JOIN tasks t ON t.id = n.task_id ORDER BY n.id`,
    ),
  }
}

type ProjectRow = Omit<WorkspaceFile['projects'][number], 'members' | 'states' | 'sprints' | 'milestones'> & {
  id: number
}

function readProjects(db: Database): WorkspaceFile['projects'] {
  const rows = db.all<ProjectRow>(
    `SELECT p.id, p.key, p.name, p.description, p.repository, u.handle AS lead, p.last_number, p.version, p.created_at,
       p.archived_at FROM projects p JOIN users u ON u.id = p.lead_id ORDER BY p.id`,
  )
  return rows.map(({ id, ...project }) => ({
    ...project,
    members: db.all(
      'SELECT u.handle AS person, m.since FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.project_id = :id ORDER BY u.id',
      { id },
    ),
    states: readStates(db, id),
    sprints: db.all(
      'SELECT name, goal, starts_on, ends_on, state, closed_at, version FROM sprints WHERE project_id = :id ORDER BY id',
      { id },
    ),
    milestones: db.all('SELECT name, due, reached_on, version FROM milestones WHERE project_id = :id ORDER BY id', {
      id,
    }),
  }))
}

function readStates(db: Database, projectId: number): WorkspaceFile['projects'][number]['states'] {
  type Row = Omit<WorkspaceFile['projects'][number]['states'][number], 'next'> & { next: string }
  return db
    .all<Row>(
      `SELECT s.name, s.category, (SELECT json_group_array(name) FROM (SELECT t.name FROM workflow_moves m
         JOIN workflow_states t ON t.id = m.to_id WHERE m.from_id = s.id ORDER BY t.position)) AS next
       FROM workflow_states s WHERE s.project_id = :projectId ORDER BY s.position`,
      { projectId },
    )
    .map((row) => ({ ...row, next: JSON.parse(row.next) as string[] }))
}

type TaskRow = Omit<WorkspaceFile['tasks'][number], 'priority' | 'labels' | 'links'> & {
  id: number
  priority: number
  labels: string
}

function readTasks(db: Database): WorkspaceFile['tasks'] {
  const linksOf = Map.groupBy(
    db.all<WorkspaceFile['tasks'][number]['links'][number] & { task_id: number }>(
      'SELECT task_id, ref, url, title, created_by, created_at FROM links ORDER BY id',
    ),
    (link) => link.task_id,
  )
  const rows = db.all<TaskRow>(
    `SELECT t.id, t.key, t.title, t.description, s.name AS status, u.handle AS assignee, t.priority, t.due, t.estimate,
       sp.name AS sprint, m.name AS milestone, t.created_by, t.created_at, t.updated_at, t.version, t.deleted_at,
       (SELECT json_group_array(name) FROM (SELECT l.name FROM task_labels tl JOIN labels l ON l.id = tl.label_id
         WHERE tl.task_id = t.id ORDER BY l.id)) AS labels
     FROM tasks t JOIN workflow_states s ON s.id = t.state_id LEFT JOIN users u ON u.id = t.assignee_id
     LEFT JOIN sprints sp ON sp.id = t.sprint_id LEFT JOIN milestones m ON m.id = t.milestone_id ORDER BY t.id`,
  )
  return rows.map(({ id, priority, labels, ...task }) => ({
    ...task,
    priority: PRIORITIES[priority - 1] ?? 'none',
    labels: JSON.parse(labels) as string[],
    links: (linksOf.get(id) ?? []).map(({ task_id: _task, ...link }) => link),
  }))
}
