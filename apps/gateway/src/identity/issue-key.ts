/** Gives an agent a key: kept as a hash, at most two at a time so that a rotation overlaps and nothing piles up. */
import type { KeyOrigin } from '../store/api-keys.ts'
import type { Store } from '../store/open-store.ts'
import { createKeyHasher, mintApiKey } from './api-key.ts'

const DAY_MS = 86_400_000
/** How long a key lives unless its maker says otherwise. */
const DEFAULT_KEY_LIFE_MS = 90 * DAY_MS
/** Active keys an agent may hold, impersonation aside. */
const MAX_ACTIVE_KEYS = 2
const IMPERSONATION_LIFE_MS = 60_000

/** A key at the only moment it is known in clear. */
export interface IssuedKey {
  agent: string
  keyId: string
  key: string
  expiresAtMs: number
}

/** Thrown when an agent already holds as many keys as it may. */
export class TooManyKeys extends Error {}

/** Thrown when an agent was taken out of service. */
export class AgentIsRevoked extends Error {}

/**
 * Makes and stores a key for an agent.
 * @throws TooManyKeys, AgentIsRevoked
 */
export function issueKey(
  store: Store,
  wanted: { agent: string; origin: KeyOrigin; lifeMs?: number | undefined; madeBy?: string | undefined },
  nowMs = Date.now(),
): IssuedKey {
  const { agent, origin, lifeMs = DEFAULT_KEY_LIFE_MS, madeBy = null } = wanted
  const { keyId, text } = mintApiKey()
  const expiresMs = nowMs + lifeMs
  store.transaction(() => {
    if (store.revokedAgents.has(agent))
      throw new AgentIsRevoked(`Cannot issue a key for "${agent}": the agent is revoked`)
    if (origin !== 'impersonation' && store.apiKeys.active(agent, nowMs).length >= MAX_ACTIVE_KEYS)
      throw new TooManyKeys(`Cannot issue a key for "${agent}": it has ${MAX_ACTIVE_KEYS} active keys`)
    store.apiKeys.insert({
      keyId,
      agent,
      hmac: createKeyHasher(store).hash(text),
      origin,
      madeBy,
      createdMs: nowMs,
      expiresMs,
    })
  })
  return { agent, keyId, key: text, expiresAtMs: expiresMs }
}

/**
 * Makes a new key; the newest one so far works on for `overlapMs`, older ones end now.
 * @returns the new key, and the one that it replaces
 */
export function rotateKey(
  store: Store,
  wanted: {
    agent: string
    overlapMs: number
    origin?: KeyOrigin
    lifeMs?: number | undefined
    madeBy?: string | undefined
  },
  nowMs = Date.now(),
): IssuedKey & { previous?: { keyId: string; expiresAtMs: number } } {
  const { overlapMs, ...others } = wanted
  const { agent } = others
  const issued = () => issueKey(store, { origin: 'cli', ...others }, nowMs)
  return store.transaction(() => {
    const old = store.apiKeys.active(agent, nowMs)
    const newest = old.pop()
    for (const { keyId } of old) store.apiKeys.revoke(keyId, nowMs)
    if (!newest) return issued()
    if (overlapMs > 0) store.apiKeys.shorten(newest.keyId, nowMs + overlapMs)
    else store.apiKeys.revoke(newest.keyId, nowMs)
    const previous = { keyId: newest.keyId, expiresAtMs: Math.min(newest.expiresMs, nowMs + overlapMs) }
    return { ...issued(), previous }
  })
}

/**
 * A key for one minute of acting as an agent; remove it when done.
 * @param madeBy who acts, for the record
 */
export function impersonate(
  store: Store,
  { agent, madeBy }: { agent: string; madeBy: string },
  nowMs = Date.now(),
): IssuedKey {
  return store.transaction(() => {
    store.apiKeys.sweep(nowMs)
    return issueKey(store, { agent, origin: 'impersonation', lifeMs: IMPERSONATION_LIFE_MS, madeBy }, nowMs)
  })
}
