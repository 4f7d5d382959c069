/** `causeway tokens ls`: the revocations of access tokens in force. */
import type { TokenRevocation } from '../store/token-revocations.ts'
import { formatTable, formatTime } from './table.ts'
import type { Workspace } from './workspace.ts'

/** A revocation as commands print it. */
export interface RevocationData {
  id: string
  issuer: string | null
  agent: string | null
  subject: string | null
  jti: string | null
  issuedBefore: string | null
  created: string
}

/** Prints all of them, newest first. */
export function tokensLs({ existingStore, printer }: Workspace): void {
  const revocations = existingStore()?.tokenRevocations.list() ?? []
  printer.answer(revocations.map(revocationData), () =>
    formatTable(['ID', 'JTI', 'SUBJECT', 'AGENT', 'ISSUER', 'ISSUED BEFORE (UTC)'], revocations.map(rowOf)),
  )
}

/** Times as ISO 8601. */
export function revocationData(revocation: TokenRevocation): RevocationData {
  const { id, issuer, agent, subject, tokenId, issuedBeforeMs, createdMs } = revocation
  const issuedBefore = issuedBeforeMs === null ? null : new Date(issuedBeforeMs).toISOString()
  return { id, issuer, agent, subject, jti: tokenId, issuedBefore, created: new Date(createdMs).toISOString() }
}

function rowOf({ id, tokenId, subject, agent, issuer, issuedBeforeMs }: TokenRevocation): string[] {
  return [id, tokenId ?? '-', subject ?? '-', agent ?? '-', issuer ?? '-', formatTime(issuedBeforeMs)]
}
