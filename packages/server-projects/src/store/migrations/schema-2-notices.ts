/** The part of the second step that is about who is told what: notifications known once, and a numbered list of what was touched. */

const NEXT = '(SELECT coalesce(max(seq), 0) + 1 FROM touched)'
const touch = (kind: string, subject: string) =>
  `INSERT INTO touched (kind, subject, seq) SELECT '${kind}', ${subject}, ${NEXT} WHERE true
     ON CONFLICT (kind, subject) DO UPDATE SET seq = excluded.seq;`
const key = (id: string) => `(SELECT key FROM projects WHERE id = ${id})`
const handle = (id: string) => `(SELECT handle FROM users WHERE id = ${id})`

/** Notifications by event, and triggers that note what subscribers may want to hear of, whoever writes it. */
export const SCHEMA_2_NOTICES = `
CREATE TABLE notifications_2 (
  id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER NOT NULL REFERENCES users(id),
  task_id INTEGER NOT NULL REFERENCES tasks(id), kind TEXT NOT NULL CHECK (kind IN ('assigned', 'status', 'due')),
  event TEXT NOT NULL, detail TEXT NOT NULL DEFAULT '', actor TEXT NOT NULL, created_at TEXT NOT NULL, read_at TEXT,
  UNIQUE (user_id, event)
) STRICT;
INSERT INTO notifications_2 (id, user_id, task_id, kind, event, actor, created_at, read_at)
  SELECT id, user_id, task_id, kind, 'assigned:' || task_id || ':before:' || id, actor, created_at, read_at FROM notifications;
DROP TABLE notifications;
ALTER TABLE notifications_2 RENAME TO notifications;
CREATE INDEX notifications_of_user ON notifications (user_id, id);
CREATE INDEX notifications_unread ON notifications (user_id, id) WHERE read_at IS NULL;
CREATE UNIQUE INDEX notifications_assigned_once ON notifications (user_id, task_id) WHERE kind = 'assigned' AND read_at IS NULL;

CREATE TABLE touched (
  kind TEXT NOT NULL CHECK (kind IN ('task', 'project', 'person', 'list')), subject TEXT NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX touched_by_seq ON touched (seq);
CREATE TRIGGER touched_by_new_task AFTER INSERT ON tasks BEGIN
  ${touch('task', 'NEW.key')}
  ${touch('project', key('NEW.project_id'))}
END;
CREATE TRIGGER touched_by_task AFTER UPDATE ON tasks BEGIN
  ${touch('task', 'NEW.key')}
  ${touch('project', key('NEW.project_id'))}
END;
CREATE TRIGGER touched_by_new_project AFTER INSERT ON projects BEGIN
  ${touch('project', 'NEW.key')}
  ${touch('list', "'resources'")}
END;
CREATE TRIGGER touched_by_project AFTER UPDATE OF key, name, description, repository, lead_id, archived_at ON projects BEGIN
  ${touch('project', 'NEW.key')}
  ${touch('list', "'resources'")}
END;
CREATE TRIGGER touched_by_new_sprint AFTER INSERT ON sprints BEGIN
  ${touch('project', key('NEW.project_id'))}
END;
CREATE TRIGGER touched_by_sprint AFTER UPDATE ON sprints BEGIN
  ${touch('project', key('NEW.project_id'))}
END;
CREATE TRIGGER touched_by_new_milestone AFTER INSERT ON milestones BEGIN
  ${touch('project', key('NEW.project_id'))}
END;
CREATE TRIGGER touched_by_milestone AFTER UPDATE ON milestones BEGIN
  ${touch('project', key('NEW.project_id'))}
END;
CREATE TRIGGER touched_by_new_notification AFTER INSERT ON notifications BEGIN
  ${touch('person', handle('NEW.user_id'))}
END;
CREATE TRIGGER touched_by_notification AFTER UPDATE ON notifications BEGIN
  ${touch('person', handle('NEW.user_id'))}
END;
`
