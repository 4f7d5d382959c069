/** API keys as the store keeps them: a keyed hash and a life, never the key. */
import type { DatabaseSync } from 'node:sqlite'

/** How a key came to be. */
export type KeyOrigin = 'cli' | 'start' | 'api' | 'impersonation'

/** One key's row. */
export interface StoredKey {
  keyId: string
  agent: string
  /** HMAC-SHA-256 of the whole key. */
  hmac: Uint8Array
  origin: KeyOrigin
  /** Who made it, where that is known: of an impersonation, who acts as the agent. */
  madeBy: string | null
  createdMs: number
  expiresMs: number
  revokedMs: number | null
  lastUsedMs: number | null
}

/** The table of API keys. */
export interface ApiKeyTable {
  insert(key: Omit<StoredKey, 'revokedMs' | 'lastUsedMs'>): void
  get(keyId: string): StoredKey | undefined
  /** All keys, oldest first. */
  list(): StoredKey[]
  /** The agent's own keys that work at `nowMs`, oldest first; impersonation does not count. */
  active(agent: string, nowMs: number): StoredKey[]
  /** Makes the key end at `expiresMs` if it would live longer. */
  shorten(keyId: string, expiresMs: number): void
  /** Lets an impersonation key live on; says whether there still is one that was not revoked. */
  extend(keyId: string, expiresMs: number): boolean
  revoke(keyId: string, nowMs: number): void
  remove(keyId: string): void
  /** Removes impersonation keys that ended, which their makers did not live to remove. */
  sweep(nowMs: number): void
  /** Writes back when keys were last used; no listener is told, since nothing decides by it. */
  touch(uses: ReadonlyMap<string, number>): void
}

const ACTIVE = `SELECT * FROM api_keys WHERE agent = ? AND origin <> 'impersonation' AND revoked_ms IS NULL
  AND expires_ms > ? ORDER BY created_ms, key_id`

/** @param changed called after each write that decides who may call */
export function createApiKeyTable(db: DatabaseSync, changed: () => void): ApiKeyTable {
  const write = (sql: string) => {
    const statement = db.prepare(sql)
    return (...values: (string | number | Uint8Array | null)[]) => {
      statement.run(...values)
      changed()
    }
  }
  const get = db.prepare('SELECT * FROM api_keys WHERE key_id = ?')
  const list = db.prepare('SELECT * FROM api_keys ORDER BY created_ms, key_id')
  const active = db.prepare(ACTIVE)
  const touch = db.prepare('UPDATE api_keys SET last_used_ms = max(coalesce(last_used_ms, 0), ?) WHERE key_id = ?')
  const insert = write(
    'INSERT INTO api_keys (key_id, agent, hmac, origin, made_by, created_ms, expires_ms) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const shorten = write('UPDATE api_keys SET expires_ms = min(expires_ms, ?) WHERE key_id = ?')
  const extend = db.prepare(
    "UPDATE api_keys SET expires_ms = ? WHERE key_id = ? AND origin = 'impersonation' AND revoked_ms IS NULL",
  )
  const revoke = write('UPDATE api_keys SET revoked_ms = coalesce(revoked_ms, ?) WHERE key_id = ?')
  return {
    insert: (key) => insert(key.keyId, key.agent, key.hmac, key.origin, key.madeBy, key.createdMs, key.expiresMs),
    get(keyId) {
      const row = get.get(keyId)
      return row && toKey(row)
    },
    list: () => list.all().map(toKey),
    active: (agent, nowMs) => active.all(agent, nowMs).map(toKey),
    shorten: (keyId, expiresMs) => shorten(expiresMs, keyId),
    extend(keyId, expiresMs) {
      const { changes } = extend.run(expiresMs, keyId)
      changed()
      return changes > 0
    },
    revoke: (keyId, nowMs) => revoke(nowMs, keyId),
    remove: write('DELETE FROM api_keys WHERE key_id = ?'),
    sweep: write("DELETE FROM api_keys WHERE origin = 'impersonation' AND expires_ms <= ?"),
    touch(uses) {
      for (const [keyId, usedMs] of uses) touch.run(usedMs, keyId)
    },
  }
}

function toKey(row: Record<string, unknown>): StoredKey {
  return {
    keyId: String(row.key_id),
    agent: String(row.agent),
    hmac: row.hmac as Uint8Array,
    origin: row.origin as KeyOrigin,
    madeBy: row.made_by as string | null,
    createdMs: Number(row.created_ms),
    expiresMs: Number(row.expires_ms),
    revokedMs: row.revoked_ms as number | null,
    lastUsedMs: row.last_used_ms as number | null,
  }
}
