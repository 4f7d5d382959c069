/** The keys that sign call tokens: the private halves encrypted, the public ones as they are published. */
import type { JsonWebKey } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { Sealer } from '@causeway/shared-contracts/sealer'

/** One signing key. */
export interface SigningKey {
  kid: string
  privateJwk: JsonWebKey
  publicJwk: JsonWebKey
  createdMs: number
  /** When a successor took over; `null` while in use. */
  retiredMs: number | null
}

/** The table of signing keys. */
export interface SigningKeyTable {
  /** All keys, newest first; one that was encrypted with another secret is left out. */
  list(): SigningKey[]
  /** Adds a key and retires all others at its creation. */
  succeed(key: Omit<SigningKey, 'retiredMs'>): void
  /** Removes keys that were retired before `retiredBeforeMs`. */
  sweep(retiredBeforeMs: number): void
}

/** @param sealer encrypts the private halves */
export function createSigningKeyTable(db: DatabaseSync, sealer: Sealer): SigningKeyTable {
  const list = db.prepare('SELECT * FROM signing_keys ORDER BY created_ms DESC, kid')
  const retire = db.prepare('UPDATE signing_keys SET retired_ms = ? WHERE retired_ms IS NULL')
  const insert = db.prepare('INSERT INTO signing_keys (kid, private_jwk, public_jwk, created_ms) VALUES (?, ?, ?, ?)')
  const sweep = db.prepare('DELETE FROM signing_keys WHERE retired_ms < ?')
  return {
    list: () =>
      list.all().flatMap((row) => {
        const privateJwk = sealer.open(String(row.private_jwk), `signing/${row.kid}`) as JsonWebKey | undefined
        return privateJwk ? [toSigningKey(row, privateJwk)] : []
      }),
    succeed({ kid, privateJwk, publicJwk, createdMs }) {
      retire.run(createdMs)
      insert.run(kid, sealer.seal(privateJwk, `signing/${kid}`), JSON.stringify(publicJwk), createdMs)
    },
    sweep: (retiredBeforeMs) => void sweep.run(retiredBeforeMs),
  }
}

function toSigningKey(row: Record<string, unknown>, privateJwk: JsonWebKey): SigningKey {
  return {
    kid: String(row.kid),
    privateJwk,
    publicJwk: JSON.parse(String(row.public_jwk)),
    createdMs: Number(row.created_ms),
    retiredMs: row.retired_ms as number | null,
  }
}
