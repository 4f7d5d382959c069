/** What a recorded request looks like as spans: one for the request, and one below it for each phase, by the semantic conventions for MCP. */
import { redactText } from '../redaction/redact.ts'
import type { Exchange } from '../request/receive.ts'
import type { Trail } from '../request/record.ts'
import { MODERN_REVISION } from '../wire/revisions.ts'
import { METHOD_NAMES } from './method-names.ts'
import { outcomeOf } from './outcome-of.ts'
import type { PhaseTime } from './phase-clock.ts'
import type { RecordedTrace } from './trace.ts'

/** One span, in the gateway's own words. */
export interface SpanFacts {
  name: string
  kind: 'server' | 'client' | 'internal'
  /** A new one unless given. */
  spanId?: string
  /** Only the span of the request itself has none of this trace's. */
  parentSpanId?: string
  /** On the clock of `performance.now()`. */
  startMs: number
  endMs: number
  attributes: Record<string, string | number>
  /** What kind of failure it was. */
  errorType?: string
}

/** What a request is known by beside its trail. */
export interface SpanSources {
  exchange: Pick<Exchange, 'requestId' | 'route'>
  recorded: RecordedTrace
  times: readonly PhaseTime[]
  status: number
}

/** The request's own span first. Names and codes alone: no argument, no result, no URI that an agent made up. */
export function spansOf(trail: Trail, sources: SpanSources): SpanFacts[] {
  const { recorded, times } = sources
  const own = requestSpan(trail, sources)
  return [own, ...times.map((time) => phaseSpan(trail, { recorded, time, errorType: own.errorType }))]
}

function requestSpan(trail: Trail, { exchange, recorded, times, status }: SpanSources): SpanFacts {
  const { target, error } = trail
  const outcome = outcomeOf(trail)
  const isError = outcome !== 'result'
  const attributes = {
    ...methodAttributes(trail),
    ...callAttributes(trail),
    'network.transport': 'tcp',
    'network.protocol.name': 'http',
    'http.response.status_code': status,
    'causeway.request_id': exchange.requestId,
    'causeway.outcome': outcome,
    ...(exchange.route === undefined ? {} : { 'causeway.route': exchange.route }),
  }
  const [first] = times
  return {
    name: spanName(trail, target?.entry.publicName),
    kind: 'server',
    spanId: recorded.spanId,
    startMs: first?.startMs ?? 0,
    endMs: times.at(-1)?.endMs ?? 0,
    attributes,
    ...(isError ? { errorType: error?.code ?? outcome } : {}),
  }
}

function phaseSpan(
  trail: Trail,
  { recorded, time, errorType }: { recorded: RecordedTrace; time: PhaseTime; errorType: string | undefined },
): SpanFacts {
  const { phase, startMs, endMs, isFailed } = time
  const isForward = phase === 'forward'
  const failed = isFailed || (isForward && !trail.error)
  return {
    name: isForward ? spanName(trail, trail.target?.upstreamName) : phase,
    kind: isForward ? 'client' : 'internal',
    ...(isForward ? { spanId: recorded.forwardSpanId } : {}),
    parentSpanId: recorded.spanId,
    startMs,
    endMs,
    attributes: { 'causeway.phase': phase, ...(isForward ? forwardAttributes(trail) : {}) },
    ...(failed && errorType !== undefined ? { errorType } : {}),
  }
}

function callAttributes({ caller, inbound, target, decision, error }: Trail): Record<string, string> {
  const idText = inbound?.message.idText
  return {
    ...(idText ? { 'jsonrpc.request.id': redactText(idText.replace(/^"|"$/g, '')) } : {}),
    ...(caller ? { 'causeway.agent': caller.agent } : {}),
    ...(target ? { 'causeway.upstream': target.entry.upstream } : {}),
    ...(decision?.rule === undefined ? {} : { 'causeway.rule': decision.rule }),
    ...(error && error.failure.rpc !== 0 ? { 'rpc.response.status_code': String(error.failure.rpc) } : {}),
  }
}

function forwardAttributes(trail: Trail): Record<string, string | number> {
  const { target, queueMs } = trail
  return {
    ...methodAttributes(trail),
    ...(target ? { 'causeway.upstream': target.entry.upstream } : {}),
    ...(target?.entry.kind === 'tools' ? { 'gen_ai.tool.name': target.entry.originalName } : {}),
    ...(queueMs === undefined ? {} : { 'causeway.queue_ms': queueMs }),
  }
}

function methodAttributes({ inbound, target }: Trail): Record<string, string> {
  if (!inbound) return {}
  const { method } = inbound.message
  return {
    'mcp.method.name': METHOD_NAMES.has(method) ? method : '(other)',
    'mcp.protocol.version': inbound.era === 'modern' ? MODERN_REVISION : (inbound.session?.revision ?? 'legacy'),
    ...(method === 'tools/call' ? { 'gen_ai.operation.name': 'execute_tool' } : {}),
    ...(target?.entry.kind === 'tools' ? { 'gen_ai.tool.name': target.entry.publicName } : {}),
    ...(target?.entry.kind === 'prompts' ? { 'gen_ai.prompt.name': target.entry.publicName } : {}),
    ...(target?.entry.kind === 'resources' ? { 'mcp.resource.uri': target.entry.publicName } : {}),
  }
}

// Names of tools and prompts are few; of URIs there may be any number.
function spanName({ inbound, target }: Trail, name: string | undefined): string {
  const method = inbound?.message.method ?? ''
  const known = METHOD_NAMES.has(method) ? method : inbound ? '(other)' : 'unread request'
  const isNamed = target?.entry.kind === 'tools' || target?.entry.kind === 'prompts'
  return isNamed && name !== undefined && target.field === 'name' ? `${known} ${name}` : known
}
