/** The `authenticate` step: the credential becomes a caller, or the request ends here. */
import { GatewayError } from '../errors.ts'
import type { Gateway } from '../gateway.ts'
import { type AgentIdentity, type Authentication, bearerToken } from '../identity/authenticate.ts'
import { callerIdOf } from '../identity/caller-id.ts'
import { isForwarded } from '../identity/forwarded.ts'
import type { Policy } from '../policy/compile.ts'
import type { Caller } from './caller.ts'
import { headerValues } from './header-values.ts'
import type { Exchange } from './receive.ts'

/** How every API key that is sent as usual begins. */
const USUAL_KEY = 'Bearer cwy_'

/**
 * The caller: at once, unless an access token is to be verified first.
 * @throws GatewayError unauthorized
 */
export function authenticate(exchange: Exchange, gateway: Gateway): Caller | Promise<Caller> {
  const proof = proofOf(exchange, gateway)
  if (proof instanceof Promise) return proof.then((proven) => callerOf(proven, exchange, gateway))
  return callerOf(proof, exchange, gateway)
}

/**
 * The caller of a stream that was opened earlier, as it is now.
 * @throws GatewayError unauthorized
 */
export function authenticateAgain(exchange: Exchange, caller: Caller, gateway: Gateway): Caller {
  const { identity } = caller
  const proof = identity.token
    ? (gateway.accessTokens?.recheck(identity) ?? ({ ok: false, reason: 'issuer' } as const))
    : gateway.authenticator.authenticate(headerValues(exchange.request, 'authorization'))
  return callerOf(proof, exchange, gateway)
}

function proofOf({ request, route }: Exchange, gateway: Gateway): Authentication | Promise<Authentication> {
  const values = headerValues(request, 'authorization')
  const { accessTokens, authenticator } = gateway
  // Who comes through a proxy or a tunnel is nobody, anonymous or not.
  if (values.length === 0 && isForwarded(request)) return { ok: false, reason: 'missing' }
  if (!accessTokens || values[0]?.startsWith(USUAL_KEY)) return authenticator.authenticate(values)
  const token = bearerToken(values)
  // A key may follow another spelling of the scheme.
  if (token === undefined || token.startsWith('cwy_')) return authenticator.authenticate(values)
  return accessTokens.authenticate(token, route)
}

function callerOf(proof: Authentication, { route }: Exchange, gateway: Gateway): Caller {
  if (proof.ok) return toCaller(proof.caller, gateway)
  throw new GatewayError('unauthorized', 'Cannot serve the request: no valid credential', {
    challenge: gateway.resource.challengeOf(route),
    cause: proof.reason,
  })
}

// The authenticator gives the same identity for every request of a credential, so its caller is made once for each policy.
const callers = new WeakMap<Policy, WeakMap<AgentIdentity, Caller>>()

/** The caller under the policy of this moment. */
function toCaller(identity: AgentIdentity, gateway: Gateway): Caller {
  const { policy } = gateway.live
  const ofPolicy = callers.get(policy) ?? new WeakMap<AgentIdentity, Caller>()
  callers.set(policy, ofPolicy)
  let caller = ofPolicy.get(identity)
  if (!caller) {
    const { roles, ...proven } = identity
    caller = {
      ...proven,
      identity,
      id: callerIdOf(identity.agent, identity.userKey),
      roles: policy.rolesOf(identity.agent, roles),
      policy: policy.forAgent(identity.agent, roles),
      policyVersion: policy.version,
    }
    ofPolicy.set(identity, caller)
  }
  return caller
}
