/** The keys that seal session ids, encrypted at rest. */
import type { DatabaseSync } from 'node:sqlite'
import type { Sealer } from '@causeway/shared-contracts/sealer'

/** One sealing key. */
export interface SealingKey {
  id: string
  /** 32 random bytes. */
  secret: Uint8Array
  createdMs: number
  /** When a successor took over; `null` while in use. */
  retiredMs: number | null
}

/** The table of sealing keys. */
export interface SealingKeyTable {
  /** The key in use, if there is one. */
  current(): SealingKey | undefined
  get(id: string): SealingKey | undefined
  /** All keys, newest first; one that was encrypted with another secret is left out. */
  list(): SealingKey[]
  /** Adds a key and retires all others at its creation. */
  succeed(key: Omit<SealingKey, 'retiredMs'>): void
  /** Removes keys that were retired before `retiredBeforeMs`. */
  sweep(retiredBeforeMs: number): void
}

/** @param sealer encrypts the secrets */
export function createSealingKeyTable(db: DatabaseSync, sealer: Sealer): SealingKeyTable {
  const current = db.prepare('SELECT * FROM sealing_keys WHERE retired_ms IS NULL ORDER BY created_ms DESC, id LIMIT 1')
  const get = db.prepare('SELECT * FROM sealing_keys WHERE id = ?')
  const list = db.prepare('SELECT * FROM sealing_keys ORDER BY created_ms DESC, id')
  const retire = db.prepare('UPDATE sealing_keys SET retired_ms = ? WHERE retired_ms IS NULL')
  const insert = db.prepare('INSERT INTO sealing_keys (id, secret, created_ms) VALUES (?, ?, ?)')
  const sweep = db.prepare('DELETE FROM sealing_keys WHERE retired_ms < ?')
  const toKey = (row: Record<string, unknown> | undefined): SealingKey | undefined => {
    const secret = row && sealer.open(String(row.secret), `sealing/${row.id}`)
    if (!row || typeof secret !== 'string') return undefined
    return {
      id: String(row.id),
      secret: Buffer.from(secret, 'base64url'),
      createdMs: Number(row.created_ms),
      retiredMs: row.retired_ms as number | null,
    }
  }
  return {
    current: () => toKey(current.get()),
    get: (id) => toKey(get.get(id)),
    list: () => list.all().flatMap((row) => toKey(row) ?? []),
    succeed({ id, secret, createdMs }) {
      retire.run(createdMs)
      insert.run(id, sealer.seal(Buffer.from(secret).toString('base64url'), `sealing/${id}`), createdMs)
    },
    sweep: (retiredBeforeMs) => void sweep.run(retiredBeforeMs),
  }
}
