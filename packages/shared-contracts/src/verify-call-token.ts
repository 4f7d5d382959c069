/** Verifies the short-lived token with which the gateway presents a caller, and remembers the verdict for its life. */
import { createRemoteJWKSet, type JWTVerifyGetKey, jwtVerify } from 'jose'
import type { Caller } from './caller.ts'
import { CALL_TOKEN_TYPE } from './wire-names.ts'

/** Claims of a call token; `act` names the agent when `sub` is the user it acts for (RFC 8693). */
export interface CallTokenClaims {
  sub: string
  act?: { sub: string }
  roles: string[]
  scopes: string[]
}

export interface CallTokenVerifier {
  /** @throws when the token is not one the gateway made for this audience, or has expired */
  verify(token: string): Promise<Caller>
}

const MAX_REMEMBERED = 1_000

/**
 * @param trust.issuer the gateway's public URL, compared exactly
 * @param trust.audience this domain server's upstream id
 * @param trust.keys the gateway's published keys, or where to fetch them
 */
export function createCallTokenVerifier(trust: {
  issuer: string
  audience: string
  keys: string | JWTVerifyGetKey
}): CallTokenVerifier {
  const keys =
    typeof trust.keys === 'string'
      ? createRemoteJWKSet(new URL(trust.keys), { cooldownDuration: 1_000, timeoutDuration: 2_000 })
      : trust.keys
  const remembered = new Map<string, { caller: Caller; expiresAtMs: number }>()
  return {
    async verify(token) {
      const known = remembered.get(token)
      if (known && known.expiresAtMs > Date.now()) return known.caller
      const { payload } = await jwtVerify<CallTokenClaims>(token, keys, {
        issuer: trust.issuer,
        audience: trust.audience,
        typ: CALL_TOKEN_TYPE,
        algorithms: ['EdDSA'],
        requiredClaims: ['sub', 'exp', 'roles', 'scopes'],
      })
      const caller: Caller = {
        agent: payload.act?.sub ?? payload.sub,
        ...(payload.act ? { user: payload.sub } : {}),
        roles: payload.roles,
        scopes: payload.scopes,
      }
      if (remembered.size >= MAX_REMEMBERED) remembered.delete(remembered.keys().next().value as string)
      remembered.set(token, { caller, expiresAtMs: (payload.exp ?? 0) * 1_000 })
      return caller
    },
  }
}
