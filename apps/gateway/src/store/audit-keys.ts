/** The keys that sign checkpoints of the audit record: the private halves encrypted, the public ones kept for as long as there may be something to verify. */
import type { JsonWebKey } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { Sealer } from '@causeway/shared-contracts/sealer'

/** One key. */
export interface AuditKey {
  kid: string
  privateJwk: JsonWebKey
  publicJwk: JsonWebKey
  createdMs: number
}

/** The table of such keys. */
export interface AuditKeyTable {
  /** The newest key that this secret opens. */
  current(): AuditKey | undefined
  /** The public halves of all there ever were. */
  published(): Pick<AuditKey, 'kid' | 'publicJwk'>[]
  insert(key: AuditKey): void
}

/** @param sealer encrypts the private halves */
export function createAuditKeyTable(db: DatabaseSync, sealer: Sealer): AuditKeyTable {
  const list = db.prepare('SELECT * FROM audit_keys ORDER BY created_ms DESC, kid')
  const insert = db.prepare('INSERT INTO audit_keys (kid, private_jwk, public_jwk, created_ms) VALUES (?, ?, ?, ?)')
  const boundTo = (kid: unknown) => `audit/${String(kid)}`
  return {
    current() {
      for (const row of list.all()) {
        const privateJwk = sealer.open(String(row.private_jwk), boundTo(row.kid)) as JsonWebKey | undefined
        if (privateJwk) return { ...publishedOf(row), privateJwk, createdMs: Number(row.created_ms) }
      }
      return undefined
    },
    published: () => list.all().map(publishedOf),
    insert({ kid, privateJwk, publicJwk, createdMs }) {
      insert.run(kid, sealer.seal(privateJwk, boundTo(kid)), JSON.stringify(publicJwk), createdMs)
    },
  }
}

function publishedOf(row: Record<string, unknown>): Pick<AuditKey, 'kid' | 'publicJwk'> {
  return { kid: String(row.kid), publicJwk: JSON.parse(String(row.public_jwk)) as JsonWebKey }
}
