/** Proves API keys from memory, which follows the store. */
import { hash } from 'node:crypto'
import type { StoredKey } from '../store/api-keys.ts'
import type { Store } from '../store/open-store.ts'
import { createKeyHasher, parseApiKey } from './api-key.ts'
import type { AgentIdentity } from './authenticate.ts'

/** A key's row with the caller that it proves. */
export interface KnownKey {
  stored: StoredKey
  caller: AgentIdentity
  /** Whether its agent was taken out of service. */
  isAgentRevoked: boolean
}

/** Proves keys; whether a proven key still may be used is the caller's to check. */
export interface KeyProver {
  prove(text: string): KnownKey | 'malformed' | 'unknown'
  close(): void
}

/** Loads all keys; one that another process made a moment ago is found all the same. */
export function createKeyProver(store: Store): KeyProver {
  const hasher = createKeyHasher(store)
  let known = readKeys(store)
  // By digest of the exact text: a plain hash is a twentieth of the keyed one, which is left for the first time.
  const proven = new Map<string, KnownKey>()
  const close = store.onChange(() => {
    proven.clear()
    known = readKeys(store)
  })
  return {
    prove(text) {
      const digest = hash('sha256', text, 'base64')
      const before = proven.get(digest)
      if (before) return before
      const keyId = parseApiKey(text)
      if (keyId === undefined) return 'malformed'
      if (!known.has(keyId)) store.checkForChanges()
      const key = known.get(keyId)
      if (!hasher.matches(text, key?.stored.hmac) || !key) return 'unknown'
      proven.set(digest, key)
      return key
    },
    close,
  }
}

function readKeys(store: Store): Map<string, KnownKey> {
  const roles = new Map(store.agents.list().map((agent) => [agent.name, agent.roles]))
  const revoked = new Set(store.revokedAgents.list().map(({ agent }) => agent))
  return new Map(
    store.apiKeys.list().map((stored) => {
      const { agent, keyId, origin, madeBy, expiresMs } = stored
      const actor = origin === 'impersonation' ? { act: madeBy ?? 'unknown' } : {}
      const caller = { agent, keyId, origin, ...actor, roles: roles.get(agent), expiresAtMs: expiresMs }
      return [keyId, { stored, caller, isAgentRevoked: revoked.has(agent) }]
    }),
  )
}
