/** Which access tokens were revoked here, whatever their issuer says of them. */
import type { DatabaseSync } from 'node:sqlite'

/** Tokens that are revoked: those that fit everything that is not `null`. */
export interface TokenRevocation {
  id: string
  issuer: string | null
  agent: string | null
  /** `sub`. */
  subject: string | null
  /** `jti`. */
  tokenId: string | null
  /** Only tokens that were issued before this moment. */
  issuedBeforeMs: number | null
  createdMs: number
}

/** The table of revocations. */
export interface TokenRevocationTable {
  insert(revocation: TokenRevocation): void
  /** All of them, newest first. */
  list(): TokenRevocation[]
  /** Removes those that were made, and are about tokens that were issued, before `beforeMs`. */
  sweep(beforeMs: number): void
}

/** @param changed called after each write */
export function createTokenRevocationTable(db: DatabaseSync, changed: () => void): TokenRevocationTable {
  const insert = db.prepare(
    `INSERT INTO token_revocations (id, issuer, agent, subject, token_id, issued_before_ms, created_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  const list = db.prepare('SELECT * FROM token_revocations ORDER BY created_ms DESC, id')
  const sweep = db.prepare('DELETE FROM token_revocations WHERE max(created_ms, coalesce(issued_before_ms, 0)) < ?')
  return {
    insert({ id, issuer, agent, subject, tokenId, issuedBeforeMs, createdMs }) {
      insert.run(id, issuer, agent, subject, tokenId, issuedBeforeMs, createdMs)
      changed()
    },
    list: () => list.all().map(toRevocation),
    sweep: (beforeMs) => void sweep.run(beforeMs),
  }
}

function toRevocation(row: Record<string, unknown>): TokenRevocation {
  return {
    id: String(row.id),
    issuer: row.issuer as string | null,
    agent: row.agent as string | null,
    subject: row.subject as string | null,
    tokenId: row.token_id as string | null,
    issuedBeforeMs: row.issued_before_ms as number | null,
    createdMs: Number(row.created_ms),
  }
}
