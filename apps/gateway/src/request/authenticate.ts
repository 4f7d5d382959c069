/** The `authenticate` step: the credential becomes a caller, or the request ends here. */
import { GatewayError } from '../errors.ts'
import type { Gateway } from '../gateway.ts'
import type { AgentIdentity } from '../identity/authenticate.ts'
import { callerIdOf } from '../identity/caller-id.ts'
import type { Policy } from '../policy/compile.ts'
import type { Caller } from './caller.ts'
import { headerValues } from './header-values.ts'
import type { Exchange } from './receive.ts'

/** @throws GatewayError unauthorized */
export function authenticate(exchange: Exchange, gateway: Gateway): Caller {
  const proof = gateway.authenticator.authenticate(headerValues(exchange.request, 'authorization'))
  if (!proof.ok)
    throw new GatewayError('unauthorized', 'Cannot serve the request: no valid credential', { cause: proof.reason })
  return toCaller(proof.caller, gateway)
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
    const id = callerIdOf(identity.agent, identity.userKey)
    caller = {
      ...proven,
      id,
      roles: policy.rolesOf(identity.agent, roles),
      policy: policy.forAgent(identity.agent, roles),
    }
    ofPolicy.set(identity, caller)
  }
  return caller
}
