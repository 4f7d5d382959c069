/** The token with which the gateway presents a caller to a domain server: signed once per caller and upstream, reused for its life. */
import { type JsonWebKey, randomUUID } from 'node:crypto'
import { CALL_TOKEN_TYPE } from '@causeway/shared-contracts/wire-names'
import { type JWTPayload, SignJWT } from 'jose'
import type { Store } from '../store/open-store.ts'
import { createSigningKeyring } from './signing-keyring.ts'

const LIFE_S = 60
/** A token is not handed out any more in its last seconds, so that it does not expire on the way. */
const MARGIN_MS = 15_000
const MAX_TOKENS = 10_000

/** The caller as an upstream is to know it. */
export interface CallTokenSubject {
  agent: string
  /** The user the agent acts for. */
  user?: string
  roles: readonly string[]
  scopes: readonly string[]
}

/** An agent, or the user of an agent, as an authorization service is to know it. */
export interface AssertedSubject {
  subject: string
  /** The issuer that knows the user by this name: at another it is somebody else. An agent's name is the gateway's own. */
  issuer?: string
}

/** JOSE `typ` of assertions: no domain server takes one for a call token. */
const ASSERTION_TYPE = 'causeway-assertion+jwt'

/** Signs call tokens and publishes the keys that verify them. */
export interface CallTokenSigner {
  /**
   * A token for one caller toward one upstream: at once when it was signed before, else once it is signed.
   * @param audience the upstream's id
   */
  tokenFor(subject: CallTokenSubject, audience: string): string | Promise<string>
  /**
   * A token that tells an authorization service of somebody, for one exchange (RFC 8693 §2.1).
   * @param audience the service
   */
  assertionOf(subject: AssertedSubject, audience: string): Promise<string>
  /** The body of `/.well-known/jwks.json`: the key in use and those that signed within the last hour. */
  jwks(): { keys: JsonWebKey[] }
  /** Starts to use a new key; tokens of the old one verify until they expire. */
  rotate(): void
}

interface Remembered {
  token: string | Promise<string>
  reuseUntilMs: number
}

/** @param options.issuer the gateway's public URL, as upstreams compare it */
export function createCallTokenSigner(store: Store, options: { issuer: string; now?: () => number }): CallTokenSigner {
  const { issuer, now = Date.now } = options
  const keyring = createSigningKeyring(store, now)
  const remembered = new Map<string, Remembered>()
  const sign = async (claims: JWTPayload, typ: string, issuedAtS: number): Promise<string> => {
    const { kid, key } = keyring.signer()
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'EdDSA', typ, kid })
      .setIssuer(issuer)
      .setIssuedAt(issuedAtS)
      .setExpirationTime(issuedAtS + LIFE_S)
      .sign(key)
  }
  return {
    tokenFor(subject, audience) {
      const cacheKey = JSON.stringify([audience, subject.agent, subject.user, subject.roles, subject.scopes])
      const found = remembered.get(cacheKey)
      remembered.delete(cacheKey)
      if (found && now() < found.reuseUntilMs) {
        remembered.set(cacheKey, found)
        return found.token
      }
      const issuedAtS = Math.floor(now() / 1_000)
      const entry: Remembered = { token: '', reuseUntilMs: (issuedAtS + LIFE_S) * 1_000 - MARGIN_MS }
      entry.token = sign({ ...claimsOf(subject), aud: audience }, CALL_TOKEN_TYPE, issuedAtS).then(
        (token) => {
          entry.token = token
          return token
        },
        (error) => {
          if (remembered.get(cacheKey) === entry) remembered.delete(cacheKey)
          throw error
        },
      )
      if (remembered.size >= MAX_TOKENS) remembered.delete(remembered.keys().next().value as string)
      remembered.set(cacheKey, entry)
      return entry.token
    },
    assertionOf({ subject, issuer: namedBy = issuer }, audience) {
      // RFC 9493 §3.2.3: a user may be called like an agent.
      const sub_id = { format: 'iss_sub', iss: namedBy, sub: subject }
      const claims = { sub: subject, sub_id, aud: audience, jti: randomUUID() }
      return sign(claims, ASSERTION_TYPE, Math.floor(now() / 1_000))
    },
    jwks: () => ({ keys: keyring.published() }),
    rotate: () => keyring.rotate(),
  }
}

function claimsOf({ agent, user, roles, scopes }: CallTokenSubject): JWTPayload {
  return {
    sub: user ?? agent,
    ...(user === undefined ? {} : { act: { sub: agent } }),
    roles: [...roles],
    scopes: [...scopes],
  }
}
