/** The second step, of release 1.1: sprints, milestones, relations, memberships, drafts, and a record of more than tasks. */

/** Columns and tables of planning; the record is rebuilt because it now also tells of projects and sprints. */
export const SCHEMA_2 = `
ALTER TABLE projects ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE projects ADD COLUMN archived_at TEXT;
ALTER TABLE projects ADD COLUMN created_at TEXT NOT NULL DEFAULT '1970-01-01T00:00:00.000Z';
UPDATE projects SET created_at = coalesce((SELECT min(created_at) FROM tasks WHERE project_id = projects.id), created_at);

CREATE TABLE memberships (
  project_id INTEGER NOT NULL REFERENCES projects(id), user_id INTEGER NOT NULL REFERENCES users(id), since TEXT NOT NULL,
  PRIMARY KEY (project_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX memberships_of_user ON memberships (user_id);
INSERT INTO memberships (project_id, user_id, since)
  SELECT p.id, w.user_id, min(w.since) FROM projects p JOIN (
    SELECT id AS project_id, lead_id AS user_id, created_at AS since FROM projects
    UNION ALL SELECT project_id, assignee_id, created_at FROM tasks WHERE assignee_id IS NOT NULL
  ) w ON w.project_id = p.id GROUP BY p.id, w.user_id;

CREATE TABLE sprints (
  id INTEGER PRIMARY KEY, project_id INTEGER NOT NULL REFERENCES projects(id), name TEXT NOT NULL,
  goal TEXT NOT NULL DEFAULT '', starts_on TEXT NOT NULL, ends_on TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('planned', 'active', 'closed')), closed_at TEXT,
  version INTEGER NOT NULL DEFAULT 1, UNIQUE (project_id, name), CHECK (starts_on <= ends_on)
) STRICT;
CREATE UNIQUE INDEX sprints_active_once ON sprints (project_id) WHERE state = 'active';

CREATE TABLE milestones (
  id INTEGER PRIMARY KEY, project_id INTEGER NOT NULL REFERENCES projects(id), name TEXT NOT NULL, due TEXT,
  reached_on TEXT, version INTEGER NOT NULL DEFAULT 1, UNIQUE (project_id, name)
) STRICT;

ALTER TABLE tasks ADD COLUMN sprint_id INTEGER REFERENCES sprints(id);
ALTER TABLE tasks ADD COLUMN milestone_id INTEGER REFERENCES milestones(id);
ALTER TABLE tasks ADD COLUMN estimate INTEGER CHECK (estimate BETWEEN 0 AND 100);
CREATE INDEX tasks_in_order ON tasks (coalesce(due, '9999-12-31'), priority, id DESC, state_id, assignee_id, project_id,
  due, sprint_id, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX tasks_of_sprint ON tasks (sprint_id, state_id) WHERE sprint_id IS NOT NULL;
CREATE INDEX tasks_of_milestone ON tasks (milestone_id, state_id) WHERE milestone_id IS NOT NULL;

CREATE TABLE relations (
  from_id INTEGER NOT NULL REFERENCES tasks(id), kind TEXT NOT NULL
    CHECK (kind IN ('blocks', 'parent_of', 'relates_to', 'duplicates')),
  to_id INTEGER NOT NULL REFERENCES tasks(id), created_by TEXT NOT NULL, created_at TEXT NOT NULL,
  PRIMARY KEY (from_id, kind, to_id), CHECK (from_id <> to_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX relations_to ON relations (to_id, kind);
CREATE UNIQUE INDEX relations_one_parent ON relations (to_id) WHERE kind = 'parent_of';

CREATE TABLE drafts (
  id TEXT PRIMARY KEY, caller TEXT NOT NULL, body TEXT NOT NULL, created_at TEXT NOT NULL, expires_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX drafts_by_end ON drafts (expires_at);

CREATE TABLE activity_2 (
  id INTEGER PRIMARY KEY, project_id INTEGER NOT NULL REFERENCES projects(id), task_id INTEGER REFERENCES tasks(id),
  actor TEXT NOT NULL, kind TEXT NOT NULL, field TEXT, before TEXT, after TEXT, version INTEGER NOT NULL, at TEXT NOT NULL
) STRICT;
INSERT INTO activity_2 (id, project_id, task_id, actor, kind, field, before, after, version, at)
  SELECT a.id, t.project_id, a.task_id, a.actor, a.kind, a.field, a.before, a.after, a.version, a.at
  FROM activity a JOIN tasks t ON t.id = a.task_id;
DROP TABLE activity;
ALTER TABLE activity_2 RENAME TO activity;
CREATE INDEX activity_of_task ON activity (task_id, id);
CREATE INDEX activity_of_project ON activity (project_id, at, id);
CREATE INDEX activity_of_actor ON activity (actor, at, id);
CREATE INDEX activity_by_time ON activity (at, id);
CREATE TRIGGER activity_is_never_changed BEFORE UPDATE ON activity BEGIN SELECT RAISE(ABORT, 'activity is append-only'); END;
CREATE TRIGGER activity_is_never_removed BEFORE DELETE ON activity BEGIN SELECT RAISE(ABORT, 'activity is append-only'); END;
`
