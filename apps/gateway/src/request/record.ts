/** The `record` step: what happened to a request, once, however it ended. */
import type { Entry } from '../catalog/definition.ts'
import type { GatewayError } from '../errors.ts'
import type { Gateway } from '../gateway.ts'
import { outcomeOf } from '../observe/outcome-of.ts'
import type { PhaseClock } from '../observe/phase-clock.ts'
import type { Trace } from '../observe/trace.ts'
import type { Decision } from '../policy/decide.ts'
import type { JsonRedactor } from '../redaction/redact.ts'
import { auditAttempt } from './audit-attempt.ts'
import type { Caller } from './caller.ts'
import type { Inbound } from './read.ts'
import type { Exchange } from './receive.ts'
import type { Reply } from './reply.ts'
import type { Target } from './targets/target.ts'

/** How far a request came, filled in by the line as it goes. */
export interface Trail {
  caller?: Caller
  inbound?: Inbound
  target?: Target
  /** What the caller was told does not exist. */
  hidden?: Entry
  /** Of a call that is denied too. */
  decision?: Decision
  outcome?: string
  error?: GatewayError
  /** The approval that the call used or waits for. */
  approvalId?: string
  /** What is kept of the arguments, once that was worked out. */
  argsText?: string
  /** What was found when the result was held against its output schema. */
  resultNote?: string
  /** The trace it belongs to, if any. */
  trace?: Trace
  /** Kept where traces are recorded. */
  clock?: PhaseClock
  /** Time in the upstream's queue. */
  queueMs?: number
  /** Time in the upstream, without that in which the agent was asked; absent where nothing was sent. */
  upstreamMs?: number
}

/** Of these the log tells now and then, with how many there were; the audit record has each. */
const REFUSALS: ReadonlySet<string> = new Set(['rate_limited', 'overloaded'])

/** Writes the request's audit record and its line in the log: who, what, by which rule, how it ended and how long it took. */
export function record(
  exchange: Pick<Exchange, 'request' | 'response' | 'requestId' | 'route'> & { startedAtMs?: number },
  trail: Trail,
  on: { gateway: Gateway; reply: Reply },
): void {
  if (trail.clock) trail.trace ??= on.gateway.tracing.traceOfRefused(exchange.requestId)
  auditAttempt(exchange, trail, on)
  const { caller, inbound, target, error } = trail
  const status = on.reply.status || exchange.response.statusCode
  const totalMs = exchange.startedAtMs === undefined ? undefined : performance.now() - exchange.startedAtMs
  on.gateway.metrics.count(trail, { httpMethod: exchange.request.method, status, totalMs })
  if (trail.clock) on.gateway.tracing.record(trail, { exchange, status })
  const refusals = error && caller && REFUSALS.has(error.code) ? on.gateway.limits.untold(caller.agent) : undefined
  if ((!error || refusals === 0) && !on.gateway.log.isLevelEnabled('debug')) return
  const line = {
    requestId: exchange.requestId,
    traceId: trail.trace?.traceId,
    clientRequestId: exchange.request.headers['x-request-id']?.slice(0, 128),
    agent: caller?.agent,
    user: caller?.user,
    act: caller?.act,
    keyId: caller?.keyId,
    issuer: caller?.token?.issuer,
    tokenId: caller?.token?.id,
    era: inbound?.era,
    route: exchange.route,
    method: inbound?.message.method || undefined,
    upstream: target?.entry.upstream,
    name: target?.name,
    rule: trail.decision?.rule,
    approval: trail.approvalId,
    outcome: outcomeOf(trail),
    error: error?.code,
    refusals: refusals || undefined,
    status,
    ms:
      totalMs === undefined
        ? undefined
        : { total: rounded(totalMs), queue: rounded(trail.queueMs), upstream: rounded(trail.upstreamMs) },
  }
  if (!error) on.gateway.log.debug(line, 'request')
  else if (error.failure.source === 'gateway' && error.code !== 'overloaded')
    on.gateway.log.error({ ...line, err: error }, 'request')
  else on.gateway.log.info({ ...line, reason: causeOf(error, on.gateway.audit.redactor) }, 'request')
}

function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 100) / 100
}

// An upstream's own error is data like any other, with names that tell what is secret.
function causeOf({ cause, message }: GatewayError, redactor: JsonRedactor): unknown {
  if (cause instanceof Error) return cause.message
  return typeof cause === 'object' && cause !== null
    ? JSON.parse(redactor.redact(JSON.stringify(cause)))
    : (cause ?? message)
}
