/** The schema of the store as steps that only go forward; `user_version` counts the steps that a file has taken. */
import type { DatabaseSync } from 'node:sqlite'
import { inTransaction } from './database.ts'
import { StoreError } from './store-error.ts'

const STEPS: readonly string[] = [
  `CREATE TABLE settings (
     name TEXT PRIMARY KEY,
     value TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE agents (
     name TEXT PRIMARY KEY,
     roles TEXT NOT NULL,
     created_ms INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE api_keys (
     key_id TEXT PRIMARY KEY,
     agent TEXT NOT NULL,
     hmac BLOB NOT NULL,
     origin TEXT NOT NULL CHECK (origin IN ('cli', 'start', 'impersonation')),
     created_ms INTEGER NOT NULL,
     expires_ms INTEGER NOT NULL,
     revoked_ms INTEGER,
     last_used_ms INTEGER
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX api_keys_by_agent ON api_keys (agent);
   CREATE TABLE signing_keys (
     kid TEXT PRIMARY KEY,
     private_jwk TEXT NOT NULL,
     public_jwk TEXT NOT NULL,
     created_ms INTEGER NOT NULL,
     retired_ms INTEGER
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE sealing_keys (
     id TEXT PRIMARY KEY,
     secret TEXT NOT NULL,
     created_ms INTEGER NOT NULL,
     retired_ms INTEGER
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE sessions (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     used_ms INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX sessions_by_use ON sessions (used_ms);`,
  `ALTER TABLE sessions ADD COLUMN log_level TEXT;
   ALTER TABLE sessions ADD COLUMN heard TEXT;
   CREATE TABLE session_subscriptions (
     session INTEGER NOT NULL REFERENCES sessions (number) ON DELETE CASCADE,
     uri TEXT NOT NULL,
     upstream TEXT NOT NULL,
     PRIMARY KEY (session, uri)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE heard_lists (
     agent TEXT NOT NULL,
     route TEXT NOT NULL,
     heard TEXT NOT NULL,
     PRIMARY KEY (agent, route)
   ) STRICT, WITHOUT ROWID;`,
  `ALTER TABLE sessions ADD COLUMN agent TEXT NOT NULL DEFAULT '';
   CREATE INDEX sessions_by_agent ON sessions (agent, used_ms);`,
  `CREATE TABLE pins (
     upstream TEXT NOT NULL,
     kind TEXT NOT NULL,
     name TEXT NOT NULL,
     hash TEXT,
     text_hash TEXT,
     held_hash TEXT,
     held_text_hash TEXT,
     accepted_by TEXT,
     accepted_ms INTEGER,
     held_reason TEXT,
     held_ms INTEGER,
     text TEXT,
     held_text TEXT,
     PRIMARY KEY (upstream, kind, name)
   ) STRICT;
   CREATE INDEX pins_held ON pins (upstream, kind, name) WHERE held_hash IS NOT NULL;`,
  `CREATE TABLE admin_credentials (
     id TEXT PRIMARY KEY,
     kind TEXT NOT NULL CHECK (kind IN ('token', 'session', 'code')),
     name TEXT NOT NULL,
     access TEXT NOT NULL CHECK (access IN ('write', 'read')),
     hmac BLOB NOT NULL,
     created_ms INTEGER NOT NULL,
     expires_ms INTEGER NOT NULL,
     revoked_ms INTEGER
   ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE revoked_agents (
     agent TEXT PRIMARY KEY,
     revoked_ms INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE token_revocations (
     id TEXT PRIMARY KEY,
     issuer TEXT,
     agent TEXT,
     subject TEXT,
     token_id TEXT,
     issued_before_ms INTEGER,
     created_ms INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE approvals (
     id TEXT PRIMARY KEY,
     caller TEXT NOT NULL,
     agent TEXT NOT NULL,
     user TEXT,
     tool TEXT NOT NULL,
     upstream TEXT NOT NULL,
     definition_hash TEXT NOT NULL,
     arguments_digest TEXT NOT NULL,
     arguments_shown TEXT NOT NULL,
     rule TEXT NOT NULL,
     approvers TEXT NOT NULL,
     requested_ms INTEGER NOT NULL,
     expires_ms INTEGER NOT NULL,
     verdict TEXT CHECK (verdict IN ('approved', 'rejected')),
     decided_ms INTEGER,
     decided_by TEXT,
     decided_through TEXT,
     reason TEXT,
     spent_ms INTEGER,
     round INTEGER NOT NULL DEFAULT 0,
     revision INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX approvals_by_call ON approvals (caller, tool, arguments_digest);
   CREATE INDEX approvals_by_time ON approvals (requested_ms);
   CREATE INDEX approvals_by_agent ON approvals (agent, expires_ms) WHERE verdict IS NULL;
   CREATE INDEX approvals_by_revision ON approvals (revision);`,
  `CREATE TABLE audit_keys (
     kid TEXT PRIMARY KEY,
     private_jwk TEXT NOT NULL,
     public_jwk TEXT NOT NULL,
     created_ms INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE policy_versions (
     version INTEGER PRIMARY KEY,
     rules TEXT NOT NULL,
     author TEXT NOT NULL,
     created_ms INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE api_keys_of_makers (
     key_id TEXT PRIMARY KEY,
     agent TEXT NOT NULL,
     hmac BLOB NOT NULL,
     origin TEXT NOT NULL CHECK (origin IN ('cli', 'start', 'api', 'impersonation')),
     created_ms INTEGER NOT NULL,
     expires_ms INTEGER NOT NULL,
     revoked_ms INTEGER,
     last_used_ms INTEGER,
     made_by TEXT
   ) STRICT, WITHOUT ROWID;
   INSERT INTO api_keys_of_makers SELECT *, NULL FROM api_keys;
   DROP TABLE api_keys;
   ALTER TABLE api_keys_of_makers RENAME TO api_keys;
   CREATE INDEX api_keys_by_agent ON api_keys (agent);`,
]

/**
 * Brings the schema up to date.
 * @param steps the schema's history; only ever appended to
 * @throws StoreError when the file was written by a newer Causeway
 */
export function migrate(db: DatabaseSync, file: string, steps = STEPS): void {
  if (versionOf(db) === steps.length) return
  inTransaction(db, () => {
    // Read again: another process may have migrated while this one waited for the lock.
    const version = versionOf(db)
    if (version > steps.length)
      throw new StoreError(
        'store_too_new',
        `Cannot open store "${file}": it has schema ${version}, and this Causeway knows ${steps.length}`,
        'Run the newer Causeway that wrote it, or restore a backup from before the upgrade',
      )
    for (const step of steps.slice(version)) db.exec(step)
    db.exec(`PRAGMA user_version = ${steps.length}`)
  })
}

function versionOf(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.user_version)
}
