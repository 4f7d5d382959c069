/** The `admit` step: a place among the requests served at once, refused before the body is read so that overload costs little. */
import type { GatewayError } from '../errors.ts'
import type { Limits } from '../limit/limits.ts'
import { refusal } from '../limit/refusal.ts'
import type { Share } from '../limit/shares.ts'
import { isModernRevision } from '../wire/revisions.ts'
import type { Caller } from './caller.ts'
import { callCost } from './limit.ts'
import type { Exchange } from './receive.ts'

const RETRY_AFTER_MS = 1_000
/** An agent has as many places again for what is no call: cancelling one, answering what it asks, being told that there are too many. */
const PLACES_PER_CALL = 2

/**
 * Takes a place.
 * @returns the agent's share, which gives it back
 * @throws GatewayError overloaded | rate_limited
 */
export function admit({ mcp }: Pick<Exchange, 'mcp'>, caller: Caller, limits: Limits): Share {
  const { admission } = limits
  const share = limits.shareOf(caller.agent)
  if (admission.max > 0 && admission.inFlight >= admission.max) throw full(limits)
  const { concurrency } = share.limits
  if (concurrency > 0 && share.requests >= concurrency * PLACES_PER_CALL) throw tooMany(mcp.method, caller, limits)
  if (limits.isFlooding(caller) && isModernCall(mcp)) {
    limits.count('flood')
    throw refusal('rate_limited', 'Cannot make the call: too many were refused already', {
      retryAfterMs: RETRY_AFTER_MS,
    })
  }
  share.requests++
  admission.inFlight++
  return share
}

function full(limits: Limits): GatewayError {
  limits.count('global')
  return refusal('overloaded', `Cannot serve the request: ${limits.admission.max} requests are under way`, {
    retryAfterMs: RETRY_AFTER_MS,
  })
}

function tooMany(method: string | undefined, caller: Caller, limits: Limits): GatewayError {
  const { requests } = limits.shareOf(caller.agent)
  const message = `Cannot serve the request: ${requests} requests of this agent are under way`
  // Whatever else than a 5xx answers it, clients take the gateway for one of the legacy era.
  if (method !== 'server/discover') return limits.refuse(caller, { scope: 'concurrency', message })
  limits.count('concurrency')
  return refusal('overloaded', message, { retryAfterMs: RETRY_AFTER_MS })
}

// What a header claims is enough to refuse by: a request whose body says otherwise is refused anyway.
function isModernCall({ version, method }: Exchange['mcp']): boolean {
  return version !== undefined && isModernRevision(version) && method !== undefined && callCost(method) === 1
}
