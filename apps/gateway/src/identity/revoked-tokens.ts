/** Says from memory, which follows the store, whether an access token or its agent was revoked. */
import type { Store } from '../store/open-store.ts'
import type { TokenRevocation } from '../store/token-revocations.ts'
import type { AgentIdentity } from './authenticate.ts'

/** Judges identities that a token proved. */
export interface RevokedTokens {
  covers(identity: AgentIdentity): boolean
}

type Index = ReadonlyMap<string, readonly TokenRevocation[]>

/** @param store is followed for as long as it is open */
export function createRevokedTokens(store: Store): RevokedTokens {
  let known = readRevocations(store)
  store.onChange(() => {
    known = readRevocations(store)
  })
  return {
    covers(identity) {
      const { agents, rows } = known
      if (agents.has(identity.agent)) return true
      if (rows.size === 0 || !identity.token) return false
      return keysOf(identity).some((key) => rows.get(key)?.some((row) => fits(row, identity)))
    },
  }
}

function readRevocations(store: Store): { agents: ReadonlySet<string>; rows: Index } {
  const agents = new Set(store.revokedAgents.list().map(({ agent }) => agent))
  return { agents, rows: Map.groupBy(store.tokenRevocations.list(), indexKeyOf) }
}

// Each row stands under the narrowest thing that it names, so that one of many is found at once.
function indexKeyOf({ tokenId, subject, agent }: TokenRevocation): string {
  if (tokenId !== null) return `jti ${tokenId}`
  if (subject !== null) return `sub ${subject}`
  return agent === null ? '' : `agent ${agent}`
}

function keysOf({ agent, token }: AgentIdentity): string[] {
  return [`jti ${token?.id}`, `sub ${token?.subject}`, `agent ${agent}`, '']
}

function fits(row: TokenRevocation, { agent, token }: AgentIdentity): boolean {
  if (!token) return false
  return (
    isOrAny(row.tokenId, token.id) &&
    isOrAny(row.subject, token.subject) &&
    isOrAny(row.agent, agent) &&
    isOrAny(row.issuer, token.issuer) &&
    (row.issuedBeforeMs === null || token.issuedAtMs < row.issuedBeforeMs)
  )
}

function isOrAny(wanted: string | null, value: string | undefined): boolean {
  return wanted === null || wanted === value
}
