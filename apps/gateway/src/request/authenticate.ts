/** The `authenticate` step: the credential becomes a caller, or the request ends here. */
import { GatewayError } from '../errors.ts'
import type { Gateway } from '../gateway.ts'
import type { Caller } from './caller.ts'
import type { Exchange } from './receive.ts'

/** @throws GatewayError unauthorized */
export function authenticate(exchange: Exchange, gateway: Gateway): Caller {
  const proof = gateway.authenticator.authenticate(exchange.request.headersDistinct.authorization ?? [])
  if (!proof.ok)
    throw new GatewayError('unauthorized', 'Cannot serve the request: no valid credential', { cause: proof.reason })
  return toCaller(proof.caller, gateway)
}

/** The caller under the policy of this moment. */
export function toCaller(
  identity: { agent: string; keyId: string | null; roles: string[] | undefined; expiresAtMs: number },
  gateway: Gateway,
): Caller {
  const { policy } = gateway.live
  const { agent, keyId, roles, expiresAtMs } = identity
  return { agent, keyId, roles: policy.rolesOf(agent, roles), policy: policy.forAgent(agent, roles), expiresAtMs }
}
