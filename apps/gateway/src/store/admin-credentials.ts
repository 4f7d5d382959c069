/** What admits a person or a program to the admin API, as the store keeps it: keyed hashes and a life, never the credential. */
import type { DatabaseSync } from 'node:sqlite'

/** A named token of the command line, a signed-in browser, or the code with which one signs in. */
export type AdminCredentialKind = 'token' | 'session' | 'code'

/** What it is good for: everything, or looking alone. */
export type AdminAccess = 'write' | 'read'

/** One credential's row. */
export interface AdminCredential {
  id: string
  kind: AdminCredentialKind
  /** Who or what holds it, as its maker said. */
  name: string
  access: AdminAccess
  /** HMAC-SHA-256 of the whole credential. */
  hmac: Uint8Array
  createdMs: number
  expiresMs: number
  revokedMs: number | null
}

/** The table of admin credentials. */
export interface AdminCredentialTable {
  insert(credential: Omit<AdminCredential, 'revokedMs'>): void
  get(id: string): AdminCredential | undefined
  /** All of them, oldest first. */
  list(): AdminCredential[]
  /** Ends one. @returns whether it had not ended that way before, so that a code is spent once */
  revoke(id: string, nowMs: number): boolean
  /** Forgets those that ended before `endedBeforeMs`. */
  sweep(endedBeforeMs: number): void
  /** Whether anybody was ever admitted; without it a start offers a code. */
  isClaimed(): boolean
}

const CLAIM = "INSERT OR IGNORE INTO settings (name, value) VALUES ('admin_claimed', '1')"
const INSERT = `INSERT INTO admin_credentials (id, kind, name, access, hmac, created_ms, expires_ms)
  VALUES (?, ?, ?, ?, ?, ?, ?)`

/** @param changed called after each write that decides who is admitted */
export function createAdminCredentialTable(db: DatabaseSync, changed: () => void): AdminCredentialTable {
  const insert = db.prepare(INSERT)
  const claim = db.prepare(CLAIM)
  const get = db.prepare('SELECT * FROM admin_credentials WHERE id = ?')
  const list = db.prepare('SELECT * FROM admin_credentials ORDER BY created_ms, id')
  const revoke = db.prepare('UPDATE admin_credentials SET revoked_ms = ? WHERE id = ? AND revoked_ms IS NULL')
  const sweep = db.prepare('DELETE FROM admin_credentials WHERE expires_ms < ? OR revoked_ms < ?')
  const isClaimed = db.prepare("SELECT 1 FROM settings WHERE name = 'admin_claimed'")
  return {
    insert({ id, kind, name, access, hmac, createdMs, expiresMs }) {
      insert.run(id, kind, name, access, hmac, createdMs, expiresMs)
      if (kind !== 'code') claim.run()
      changed()
    },
    get(id) {
      const row = get.get(id)
      return row && toCredential(row)
    },
    list: () => list.all().map(toCredential),
    revoke(id, nowMs) {
      const isDone = revoke.run(nowMs, id).changes > 0
      changed()
      return isDone
    },
    sweep: (endedBeforeMs) => void sweep.run(endedBeforeMs, endedBeforeMs),
    isClaimed: () => isClaimed.get() !== undefined,
  }
}

function toCredential(row: Record<string, unknown>): AdminCredential {
  return {
    id: String(row.id),
    kind: row.kind as AdminCredentialKind,
    name: String(row.name),
    access: row.access as AdminAccess,
    hmac: row.hmac as Uint8Array,
    createdMs: Number(row.created_ms),
    expiresMs: Number(row.expires_ms),
    revokedMs: row.revoked_ms as number | null,
  }
}
