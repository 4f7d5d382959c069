/** The connections that were begun and wait for a person: each for one caller, one browser and ten minutes, and used once. */
import { randomBytes } from 'node:crypto'
import { type Caller, callerKey } from '@causeway/shared-contracts/caller'

const LIFE_MS = 10 * 60_000
const MAX_PENDING = 1_000

/** One of them. */
export interface PendingConnection {
  /** In the link that the person gets. */
  id: string
  vendor: string
  caller: Caller
  /** What the vendor sends back, of the last time the browser left for it; taken out when it comes back. */
  state?: string
  /** PKCE, of the same time. */
  verifier?: string
  /** The secret in the cookie of the browser that opened the link first. */
  browser?: string
  expiresAtMs: number
}

/** Makes the memory; a restart forgets all, and the person begins anew. */
export function createPendingConnections(now: () => number = Date.now) {
  const pending = new Map<string, PendingConnection>()
  const alive = (one: PendingConnection | undefined) => (one && one.expiresAtMs > now() ? one : undefined)
  const sweep = () => {
    for (const [id, { expiresAtMs }] of pending) if (expiresAtMs <= now()) pending.delete(id)
    if (pending.size >= MAX_PENDING) pending.delete(pending.keys().next().value as string)
  }
  return {
    /** The caller's one for the vendor, begun now unless it waits already. */
    begin(vendor: string, caller: Caller): PendingConnection {
      const key = callerKey(caller)
      const known = [...pending.values()].find((one) => one.vendor === vendor && callerKey(one.caller) === key)
      if (known && alive(known)) return known
      sweep()
      const made = { id: secret(), vendor, caller, expiresAtMs: now() + LIFE_MS }
      pending.set(made.id, made)
      return made
    },
    find: (id: string) => alive(pending.get(id)),
    /** The one whose browser comes back with this state, which nobody comes back with again. */
    takeByState(state: string): PendingConnection | undefined {
      const found = alive([...pending.values()].find((one) => one.state !== undefined && one.state === state))
      if (found) delete found.state
      return found
    },
    end: (id: string) => void pending.delete(id),
  }
}

export type PendingConnections = ReturnType<typeof createPendingConnections>

/** 256 random bits for a URL, a cookie or a verifier. */
export function secret(): string {
  return randomBytes(32).toString('base64url')
}
