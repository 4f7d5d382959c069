/** Who calls: the one place that turns `Authorization` headers into an agent, or into a refusal. */
import type { KeyOrigin } from '../store/api-keys.ts'
import type { Store } from '../store/open-store.ts'
import { createKeyProver } from './prove-key.ts'
import { createUseRecorder } from './use-recorder.ts'

const MAX_CREDENTIAL_BYTES = 16_384
const BEARER = /^bearer ([\x21-\x7e]+)$/i

/** A proven agent. The same object is returned for every request with the same credential until the store changes. */
export interface AgentIdentity {
  agent: string
  /** The user that the agent acts for, as the issuer names it. */
  user?: string
  /** What stands for the user in the caller's id. */
  userKey?: string
  /** `null` for the anonymous agent. */
  keyId: string | null
  /** How the key came to be; `null` for the anonymous agent. */
  origin: KeyOrigin | null
  /** Who acts as the agent, where somebody else does: by an impersonation. */
  act?: string
  /** What an access token said of itself; `undefined` for keys and the anonymous agent. */
  token?: TokenFacts
  /** Roles from the store; `undefined` when the file names the agent, or nobody does. */
  roles: string[] | undefined
  /** `Infinity` for the anonymous agent. */
  expiresAtMs: number
}

/** What is known of an access token beside whom it proves. */
export interface TokenFacts {
  issuer: string
  /** `jti`. */
  id?: string
  /** `sub`. */
  subject?: string
  issuedAtMs: number
  /** They narrow what the policy grants, and never widen it. */
  scopes: readonly string[]
}

/** Why a credential was refused: for the log and the record, never for the caller. */
export type RefusalReason =
  | 'missing'
  | 'malformed'
  | 'unknown'
  | 'expired'
  | 'revoked'
  | 'issuer'
  | 'algorithm'
  | 'signature'
  | 'claims'
  | 'audience'
  | 'agent'
  | 'introspection'

/** The verdict on one request's credentials. */
export type Authentication = { ok: true; caller: AgentIdentity } | { ok: false; reason: RefusalReason }

/** Authenticates requests from memory. */
export interface Authenticator {
  /** @param authorization the value of every `Authorization` header of the request, in order */
  authenticate(authorization: readonly string[]): Authentication
  /** Writes back what is pending and lets go of the store. */
  close(): void
}

/**
 * Makes an authenticator that follows the store's changes.
 * @param options.anonymousAgent the agent that callers without any credential are
 */
export function createAuthenticator(options: {
  store: Store
  anonymousAgent?: string
  now?: () => number
}): Authenticator {
  const { store, anonymousAgent, now = Date.now } = options
  const prover = createKeyProver(store)
  const uses = createUseRecorder(store)
  let anonymous = anonymousCaller(store, anonymousAgent)
  const stop = store.onChange(() => {
    anonymous = anonymousCaller(store, anonymousAgent)
  })
  return {
    authenticate(authorization) {
      if (authorization.length === 0) return anonymous ?? refusal('missing')
      const text = bearerToken(authorization)
      const key = text === undefined ? 'malformed' : prover.prove(text)
      if (typeof key === 'string') return refusal(key)
      if (key.stored.revokedMs !== null || key.isAgentRevoked) return refusal('revoked')
      const nowMs = now()
      if (!(nowMs < key.stored.expiresMs)) return refusal('expired')
      uses.record(key.stored, nowMs)
      return { ok: true, caller: key.caller }
    },
    close() {
      stop()
      prover.close()
      uses.close()
    },
  }
}

function refusal(reason: RefusalReason): Authentication {
  return { ok: false, reason }
}

/** The one credential of a request; `undefined` for none, several, and what is not a bearer token of at most 16 KiB. */
export function bearerToken(authorization: readonly string[]): string | undefined {
  const [only] = authorization
  if (authorization.length !== 1 || only === undefined || only.length > MAX_CREDENTIAL_BYTES) return undefined
  return BEARER.exec(only)?.[1]
}

function anonymousCaller(store: Store, agent: string | undefined): Authentication | undefined {
  if (agent === undefined || store.revokedAgents.has(agent)) return undefined
  const roles = store.agents.get(agent)?.roles
  return { ok: true, caller: { agent, keyId: null, origin: null, roles, expiresAtMs: Number.POSITIVE_INFINITY } }
}
