/** Proves access tokens (OAuth 2.1): each by the keys of the issuer that it names, for the one route that it is for. */
import { hash } from 'node:crypto'
import { errors, type JWTPayload, jwtVerify } from 'jose'
import type { IssuerConfig } from '../config/schema.ts'
import { compileGlob, type Glob } from '../policy/glob.ts'
import type { AgentIdentity, Authentication, RefusalReason } from './authenticate.ts'
import { userKeyOf } from './caller-id.ts'
import { createIntrospect, type Introspect, isOpaque } from './introspect.ts'
import type { IssuerKeys } from './issuer-keys.ts'
import type { RevokedTokens } from './revoked-tokens.ts'
import { CLOCK_SKEW_S, readClaims } from './token-claims.ts'
import { readTokenForm } from './token-form.ts'

/** How long a verified token is taken as verified: so long a key that its issuer has withdrawn may go on. */
const FRESH_MS = 60_000
const MAX_REMEMBERED = 10_000

/** Who may be proven by what. */
export interface AccessTokenOptions {
  issuers: readonly IssuerConfig[]
  keysOf(issuer: IssuerConfig): IssuerKeys
  /** The identifier that a token for this route has in `aud`. */
  resourceOf(route: string | undefined): string
  /** Roles from the store; `undefined` where the file names the agent; `null` when nobody knows it. */
  rolesOf(agent: string): string[] | undefined | null
  revoked: RevokedTokens
  /** Told when an issuer cannot be asked about an opaque token. */
  onFailure?: (issuer: string, error: unknown) => void
  now?: () => number
}

/** Authenticates requests by access tokens. */
export interface AccessTokens {
  /** At once when the token was verified a moment ago. */
  authenticate(token: string, route: string | undefined): Authentication | Promise<Authentication>
  /** Whether who was proven earlier, by a token that cannot have changed since, is still to be served. */
  recheck(identity: AgentIdentity): Authentication
}

interface Verified {
  identity: AgentIdentity
  audiences: readonly string[]
  freshUntilMs: number
}

interface Trusted {
  config: IssuerConfig
  keys: IssuerKeys
  agents: readonly Glob[]
  /** Where its opaque tokens are asked about. */
  introspect: Introspect | undefined
}

/** Makes the prover; what it has verified is forgotten with it. */
export function createAccessTokens(options: AccessTokenOptions): AccessTokens {
  const { now = Date.now } = options
  const issuers = new Map<string, Trusted>(
    options.issuers.map((config) => {
      const agents = config.agents.map(compileGlob)
      return [config.issuer, { config, keys: options.keysOf(config), agents, introspect: createIntrospect(config) }]
    }),
  )
  const asked = [...issuers.values()].find(({ introspect }) => introspect)
  const remembered = new Map<string, Verified>()
  const verifying = new Map<string, Promise<Verified | RefusalReason>>()
  const judge = (verified: Verified | RefusalReason, route: string | undefined): Authentication => {
    if (typeof verified === 'string') return { ok: false, reason: verified }
    if (!verified.audiences.includes(options.resourceOf(route))) return { ok: false, reason: 'audience' }
    const verdict = recheck(verified.identity)
    // What is made for a caller is kept by this object, so it changes with the roles alone.
    if (verdict.ok) verified.identity = verdict.caller
    return verdict
  }
  const recheck = (identity: AgentIdentity): Authentication => {
    if (!(now() < identity.expiresAtMs)) return { ok: false, reason: 'expired' }
    const trusted = issuers.get(identity.token?.issuer ?? '')
    if (!trusted) return { ok: false, reason: 'issuer' }
    if (!trusted.agents.some((glob) => glob(identity.agent))) return { ok: false, reason: 'agent' }
    if (options.revoked.covers(identity)) return { ok: false, reason: 'revoked' }
    const roles = options.rolesOf(identity.agent)
    if (roles === null) return { ok: false, reason: 'agent' }
    return { ok: true, caller: roles === identity.roles ? identity : { ...identity, roles } }
  }
  const verify = async (token: string, digest: string): Promise<Verified | RefusalReason> => {
    const nowMs = now()
    const verified =
      asked && isOpaque(token)
        ? await askAbout(token, asked, { nowMs, onFailure: options.onFailure })
        : await verifyToken(token, issuers, now)
    verifying.delete(digest)
    if (typeof verified === 'string') return verified
    remembered.delete(digest)
    if (remembered.size >= MAX_REMEMBERED) remembered.delete(remembered.keys().next().value as string)
    remembered.set(digest, verified)
    return verified
  }
  return {
    recheck,
    authenticate(token, route) {
      const digest = hash('sha256', token, 'base64')
      const before = remembered.get(digest)
      if (before && now() < before.freshUntilMs) return judge(before, route)
      const running = verifying.get(digest) ?? verify(token, digest)
      verifying.set(digest, running)
      return running.then((verified) => judge(verified, route))
    },
  }
}

/** Never rejects: without an answer the token is refused. */
async function askAbout(
  token: string,
  trusted: Trusted,
  { nowMs, onFailure }: { nowMs: number; onFailure: AccessTokenOptions['onFailure'] },
): Promise<Verified | RefusalReason> {
  try {
    const payload = await trusted.introspect?.(token)
    return payload ? verifiedBy(trusted, payload, { type: 'at+jwt', nowMs }) : 'introspection'
  } catch (error) {
    onFailure?.(trusted.config.issuer, error)
    return 'introspection'
  }
}

/** Never rejects: what goes wrong is a refusal. */
async function verifyToken(
  token: string,
  issuers: ReadonlyMap<string, Trusted>,
  now: () => number,
): Promise<Verified | RefusalReason> {
  try {
    const form = readTokenForm(token)
    if (!form) return 'malformed'
    const trusted = issuers.get(form.issuer)
    if (!trusted) return 'issuer'
    if (!(trusted.config.algorithms as readonly string[]).includes(form.algorithm)) return 'algorithm'
    return verifiedBy(trusted, await verifiedPayload(token, trusted, now()), { type: form.type, nowMs: now() })
  } catch {
    return 'signature'
  }
}

async function verifiedPayload(token: string, { config, keys }: Trusted, nowMs: number): Promise<JWTPayload> {
  const options = {
    issuer: config.issuer,
    algorithms: config.algorithms,
    clockTolerance: CLOCK_SKEW_S,
    currentDate: new Date(nowMs),
  }
  try {
    return (await jwtVerify(token, keys.keyOf, options)).payload
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error
    // A token may leave out which of the issuer's keys signed it.
    for await (const key of error) {
      const verified = await jwtVerify(token, key, options).catch(() => undefined)
      if (verified) return verified.payload
    }
    throw error
  }
}

function verifiedBy(
  { config }: Trusted,
  payload: JWTPayload,
  { type, nowMs }: { type: string | undefined; nowMs: number },
): Verified | RefusalReason {
  const claims = readClaims(payload, { agentClaim: config.agentClaim, type, nowMs })
  if (!claims) return 'claims'
  const { agent, user, subject, audiences, scopes, tokenId, issuedAtMs, expiresAtMs } = claims
  const delegating = user === undefined ? {} : { user, userKey: userKeyOf({ issuer: config.issuer, subject: user }) }
  const identity: AgentIdentity = {
    agent,
    ...delegating,
    keyId: null,
    origin: null,
    roles: undefined,
    expiresAtMs,
    token: {
      issuer: config.issuer,
      ...(tokenId === undefined ? {} : { id: tokenId }),
      ...(subject === undefined ? {} : { subject }),
      issuedAtMs,
      scopes,
    },
  }
  return { identity, audiences, freshUntilMs: Math.min(nowMs + FRESH_MS, expiresAtMs) }
}
