/** The first step: the tables of release 1.0. A released step is never edited; what changes later is a step of its own. */

/** People, projects with their workflows, tasks and what belongs to them, the record, and what makes retries safe. */
export const SCHEMA_1 = `
CREATE TABLE users (
  id INTEGER PRIMARY KEY, handle TEXT NOT NULL UNIQUE, name TEXT NOT NULL, email TEXT NOT NULL UNIQUE,
  team TEXT NOT NULL, title TEXT NOT NULL, github TEXT UNIQUE, slack TEXT UNIQUE
) STRICT;

CREATE TABLE projects (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, description TEXT NOT NULL,
  repository TEXT UNIQUE, lead_id INTEGER NOT NULL REFERENCES users(id), last_number INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE workflow_states (
  id INTEGER PRIMARY KEY, project_id INTEGER NOT NULL REFERENCES projects(id), name TEXT NOT NULL,
  category TEXT NOT NULL CHECK (category IN ('backlog', 'todo', 'in_progress', 'done', 'canceled')),
  position INTEGER NOT NULL, UNIQUE (project_id, name), UNIQUE (project_id, position)
) STRICT;

CREATE TABLE workflow_moves (
  from_id INTEGER NOT NULL REFERENCES workflow_states(id), to_id INTEGER NOT NULL REFERENCES workflow_states(id),
  PRIMARY KEY (from_id, to_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE tasks (
  id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, project_id INTEGER NOT NULL REFERENCES projects(id),
  title TEXT NOT NULL, description TEXT NOT NULL DEFAULT '', state_id INTEGER NOT NULL REFERENCES workflow_states(id),
  assignee_id INTEGER REFERENCES users(id), priority INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 5), due TEXT,
  created_by TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 1, deleted_at TEXT
) STRICT;
CREATE INDEX tasks_of_project ON tasks (project_id, state_id);
CREATE INDEX tasks_of_assignee ON tasks (assignee_id, state_id);
CREATE INDEX tasks_by_update ON tasks (updated_at, id);

CREATE TABLE labels (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE task_labels (
  task_id INTEGER NOT NULL REFERENCES tasks(id), label_id INTEGER NOT NULL REFERENCES labels(id),
  PRIMARY KEY (task_id, label_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tasks_of_label ON task_labels (label_id);

CREATE TABLE links (
  id INTEGER PRIMARY KEY, task_id INTEGER NOT NULL REFERENCES tasks(id), ref TEXT, url TEXT, title TEXT,
  created_by TEXT NOT NULL, created_at TEXT NOT NULL, CHECK (ref IS NOT NULL OR url IS NOT NULL),
  UNIQUE (task_id, ref), UNIQUE (task_id, url)
) STRICT;
CREATE INDEX links_by_ref ON links (ref) WHERE ref IS NOT NULL;

CREATE TABLE comments (
  id INTEGER PRIMARY KEY, task_id INTEGER NOT NULL REFERENCES tasks(id), author TEXT NOT NULL, body TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX comments_of_task ON comments (task_id, id);

CREATE TABLE activity (
  id INTEGER PRIMARY KEY, task_id INTEGER NOT NULL REFERENCES tasks(id), actor TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('created', 'changed', 'commented', 'linked', 'deleted')),
  field TEXT, before TEXT, after TEXT, version INTEGER NOT NULL, at TEXT NOT NULL
) STRICT;
CREATE INDEX activity_of_task ON activity (task_id, id);
CREATE INDEX activity_by_time ON activity (at, id);
CREATE TRIGGER activity_is_never_changed BEFORE UPDATE ON activity BEGIN SELECT RAISE(ABORT, 'activity is append-only'); END;
CREATE TRIGGER activity_is_never_removed BEFORE DELETE ON activity BEGIN SELECT RAISE(ABORT, 'activity is append-only'); END;

CREATE TABLE notifications (
  id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users(id), task_id INTEGER NOT NULL REFERENCES tasks(id),
  kind TEXT NOT NULL, actor TEXT NOT NULL, created_at TEXT NOT NULL, read_at TEXT
) STRICT;
CREATE UNIQUE INDEX notifications_told_once ON notifications (user_id, task_id, kind) WHERE read_at IS NULL;

CREATE TABLE replays (
  caller TEXT NOT NULL, tool TEXT NOT NULL, idempotency_key TEXT NOT NULL, arguments_digest TEXT NOT NULL,
  answer TEXT NOT NULL, created_at TEXT NOT NULL, PRIMARY KEY (caller, tool, idempotency_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX replays_by_time ON replays (created_at);

CREATE TABLE spent_confirmations (id TEXT PRIMARY KEY, spent_at TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE task_search USING fts5 (
  title, body, refs, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
);
`
