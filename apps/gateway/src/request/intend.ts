/** The `intend` step: a call that may write is on the disk, as an intent, before anything of it is sent. */
import { GatewayError } from '../errors.ts'
import type { Gateway } from '../gateway.ts'
import { attemptBody } from './attempt-body.ts'
import type { Trail } from './record.ts'
import type { Decided } from './route.ts'

const RETRY_AFTER_MS = 1_000

/**
 * Waits for the intent of a call that may write; a call that only reads waits for nothing.
 * @throws GatewayError audit_unavailable
 */
export function intend(decided: Decided, trail: Trail, gateway: Gateway): undefined | Promise<void> {
  if (!mayWrite(decided)) return undefined
  const body = attemptBody(decided.exchange, trail, { gateway, end: { kind: 'intent' } })
  return gateway.audit.appendDurably(body).catch((cause: unknown) => {
    throw new GatewayError('audit_unavailable', 'Cannot run the call: it cannot be recorded now', {
      upstream: decided.target.entry.upstream,
      tool: decided.target.name,
      retryAfterMs: RETRY_AFTER_MS,
      cause,
    })
  })
}

/** Whether the call may change something: only a trusted word says that a tool reads. */
function mayWrite({ target, inbound }: Pick<Decided, 'target' | 'inbound'>): boolean {
  if (target.entry.kind !== 'tools' || target.entry.facts.effect === 'read') return false
  const { method } = inbound.message
  return method === 'tools/call' || method === 'tasks/update' || method === 'tasks/cancel'
}
