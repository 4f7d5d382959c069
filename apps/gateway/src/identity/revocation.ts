/** Takes trust back: from agents, and from access tokens, by what is known of them. For the command line and the admin API. */
import { randomBytes } from 'node:crypto'
import type { Store } from '../store/open-store.ts'
import type { TokenRevocation } from '../store/token-revocations.ts'
import { CLOCK_SKEW_S, MAX_LIFE_S } from './token-claims.ts'

/** Which tokens to revoke: those that fit everything that is given. */
export interface RevocationWish {
  issuer?: string
  agent?: string
  /** `sub`. */
  subject?: string
  /** `jti`. */
  tokenId?: string
  /** Without it: those issued until now, by clocks that may be ahead; all there will be of one `jti`. */
  issuedBeforeMs?: number
}

/** An accepted token lives for {@link MAX_LIFE_S} at most, so nothing is left that an older revocation is about. */
const KEPT_MS = (MAX_LIFE_S + 2 * CLOCK_SKEW_S) * 1_000
/** So that memory and start stay small; whoever needs more means a subject, an agent or an issuer. */
const MAX_KEPT = 10_000

/** Thrown when nothing says which tokens or which agent is meant, or too many revocations are in force. */
export class CannotRevoke extends Error {}

/**
 * Revokes access tokens; here at once, in other processes within a second.
 * @throws CannotRevoke
 */
export function revokeTokens(store: Store, wish: RevocationWish, nowMs = Date.now()): TokenRevocation {
  const { issuer = null, agent = null, subject = null, tokenId = null } = wish
  if ([issuer, agent, subject, tokenId, wish.issuedBeforeMs ?? null].every((part) => part === null))
    throw new CannotRevoke('Cannot revoke tokens: nothing says which')
  if ([issuer, agent, subject, tokenId].includes(''))
    throw new CannotRevoke('Cannot revoke tokens: what says which is empty')
  if (agent !== null) requireOneAgent(agent)
  const untilNow = tokenId === null ? nowMs + CLOCK_SKEW_S * 1_000 : null
  const revocation: TokenRevocation = {
    id: randomBytes(6).toString('hex'),
    issuer,
    agent,
    subject,
    tokenId,
    issuedBeforeMs: wish.issuedBeforeMs ?? untilNow,
    createdMs: nowMs,
  }
  store.transaction(() => {
    store.tokenRevocations.sweep(nowMs - KEPT_MS)
    if (store.tokenRevocations.list().length >= MAX_KEPT)
      throw new CannotRevoke(`Cannot revoke tokens: ${MAX_KEPT} revocations are in force`)
    store.tokenRevocations.insert(revocation)
  })
  return revocation
}

/**
 * Takes an agent out of service: ends its keys, and refuses every credential of it until it is restored.
 * @returns the ids of the keys that ended
 * @throws CannotRevoke for a glob of names
 */
export function revokeAgent(store: Store, agent: string, nowMs = Date.now()): string[] {
  requireOneAgent(agent)
  return store.transaction(() => {
    const ended = store.apiKeys
      .list()
      .filter((key) => key.agent === agent && key.revokedMs === null && nowMs < key.expiresMs)
      .map((key) => key.keyId)
    for (const keyId of ended) store.apiKeys.revoke(keyId, nowMs)
    store.revokedAgents.revoke(agent, nowMs)
    return ended
  })
}

// Revocations hold names: one of a glob would end nothing, and whoever asked for it would think it had.
function requireOneAgent(agent: string): void {
  if (agent.includes('*')) throw new CannotRevoke(`Cannot revoke "${agent}": it is a glob, and no single agent`)
}

/** Puts an agent back into service; its keys stay ended. Says whether it was out of it. */
export function restoreAgent(store: Store, agent: string): boolean {
  return store.revokedAgents.restore(agent)
}
