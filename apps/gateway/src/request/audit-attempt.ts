/** Which requests the audit record has, and what it says of how they ended. */
import type { Gateway } from '../gateway.ts'
import { type Attempt, attemptBody } from './attempt-body.ts'
import type { Caller } from './caller.ts'
import { hiddenTarget } from './hidden-target.ts'
import type { Inbound } from './read.ts'
import type { Exchange } from './receive.ts'
import type { Trail } from './record.ts'
import type { Reply } from './reply.ts'

/** What is answered from memory and changes nothing is counted and not recorded, while it succeeds. */
const UNRECORDED: ReadonlySet<string> = new Set([
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'skills/list',
  'server/discover',
  'ping',
  'logging/setLevel',
])

/** Appends the record of a request that has ended; it is in the file a moment later. */
export function auditAttempt(
  exchange: Attempt & Pick<Exchange, 'response'>,
  trail: Trail,
  { gateway, reply }: { gateway: Gateway; reply: Reply },
): void {
  const { error, inbound, caller, outcome } = trail
  if (!error && !isRecorded(inbound)) return
  if (!caller && error && !gateway.audit.strangers.isSingle(exchange.request.socket.remoteAddress, error.code)) return
  if (caller && inbound && error && !trail.target)
    tellHidden(trail, { inbound, caller, route: exchange.route, gateway })
  gateway.audit.append(
    attemptBody(exchange, trail, {
      gateway,
      end: {
        // There is such a time as soon as something was sent, and not for a call that found no place.
        kind: trail.upstreamMs === undefined ? 'attempt' : 'result',
        // A stream is begun elsewhere.
        status: reply.status || exchange.response.statusCode,
        error: error ? error.code : outcome === 'result' ? undefined : outcome,
        resultBytes: reply.bytes,
      },
    }),
  )
}

function tellHidden(
  trail: Trail,
  { inbound, ...on }: { inbound: Inbound; caller: Caller; route: string | undefined; gateway: Gateway },
): void {
  const hidden = hiddenTarget(inbound, on)
  if (!hidden) return
  trail.hidden = hidden.entry
  trail.decision = hidden.decision
}

// Notifications, and answers to what upstreams asked, belong to a call that has a record of its own.
function isRecorded(inbound: Inbound | undefined): boolean {
  return !inbound || (inbound.message.kind === 'request' && !UNRECORDED.has(inbound.message.method))
}
