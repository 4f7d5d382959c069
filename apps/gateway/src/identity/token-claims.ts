/** What the claims of a verified access token say, or why they are not acceptable (RFC 9068, RFC 7519). */
import type { JWTPayload } from 'jose'

/** What is taken from a token. */
export interface TokenClaims {
  agent: string
  /** `sub`, where it is not the agent. */
  user: string | undefined
  /** `sub`. */
  subject: string | undefined
  /** Every `aud`. */
  audiences: readonly string[]
  scopes: readonly string[]
  /** `jti`. */
  tokenId: string | undefined
  issuedAtMs: number
  expiresAtMs: number
}

/** How a token is to be read. */
export interface ClaimRules {
  agentClaim: string
  /** Of the token's header. */
  type: string | undefined
  nowMs: number
}

/** How far the issuer's clock may be ahead. */
export const CLOCK_SKEW_S = 30
/** How long an acceptable token lives. */
export const MAX_LIFE_S = 24 * 60 * 60
const MAX_AUDIENCES = 32
const MAX_SCOPES = 256
const AGENT = /^[A-Za-z0-9][\w.@:/+-]{0,127}$/
const SUBJECT = /^[^\p{Cc}]{1,255}$/u
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/
/** What OpenID Connect puts into tokens that tell a client who signed in. */
const ID_TOKEN_CLAIMS = ['nonce', 'at_hash', 'c_hash', 's_hash']
/** `typ` of access tokens; `jwt` is what issuers from before RFC 9068 write. */
const TYPES: readonly unknown[] = ['at+jwt', 'jwt', undefined]

/** Reads the claims; `undefined` when one of them is not acceptable. */
export function readClaims(payload: JWTPayload, { agentClaim, type, nowMs }: ClaimRules): TokenClaims | undefined {
  const agent = payload[agentClaim]
  const { sub, jti } = payload
  const audiences = texts(payload.aud, MAX_AUDIENCES)
  const scopes = scopesOf(payload)
  if (!TYPES.includes(type) || (type !== 'at+jwt' && ID_TOKEN_CLAIMS.some((name) => name in payload))) return undefined
  // A proof of possession is not looked for, so a token that needs one proves nothing.
  if ('cnf' in payload || !hasSaneTimes(payload, nowMs / 1_000)) return undefined
  if (typeof agent !== 'string' || !AGENT.test(agent)) return undefined
  if (!isSubject(sub) || !isSubject(payload.client_id) || (sub ?? payload.client_id) === undefined) return undefined
  if (!audiences || !scopes || (jti !== undefined && (typeof jti !== 'string' || jti.length > 255))) return undefined
  const { exp, iat } = payload as { exp: number; iat: number }
  const user = sub === agent ? undefined : sub
  const times = { issuedAtMs: iat * 1_000, expiresAtMs: exp * 1_000 }
  return { agent, user, subject: sub, audiences, scopes, tokenId: jti, ...times }
}

function hasSaneTimes({ exp, iat, nbf }: JWTPayload, nowS: number): boolean {
  if (!isTime(exp) || !isTime(iat) || (nbf !== undefined && !isTime(nbf))) return false
  const latest = nowS + CLOCK_SKEW_S
  // Held against `iat` and not against now: a token that was revoked must not become acceptable near its end.
  return nowS < exp && iat < exp && exp <= iat + MAX_LIFE_S && iat <= latest && (nbf ?? 0) <= latest
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0
}

function isSubject(value: unknown): value is string | undefined {
  return value === undefined || (typeof value === 'string' && SUBJECT.test(value))
}

// `scope` is RFC 9068's; `scp` is what several issuers write instead.
function scopesOf({ scope, scp }: JWTPayload): readonly string[] | undefined {
  const written = scope ?? scp ?? ''
  const scopes = texts(
    typeof written === 'string' ? written.split(' ').filter((each) => each !== '') : written,
    MAX_SCOPES,
  )
  return scopes?.every((each) => SCOPE.test(each)) ? scopes : undefined
}

function texts(value: unknown, maxCount: number): readonly string[] | undefined {
  const list: unknown[] = Array.isArray(value) ? value : [value]
  return list.length <= maxCount && list.every((each) => typeof each === 'string') ? (list as string[]) : undefined
}
