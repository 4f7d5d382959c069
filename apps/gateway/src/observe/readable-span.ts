/** A span in the shape that OpenTelemetry's exporters read. */

import { SAMPLED, type TraceParent } from '@causeway/shared-contracts/trace-context'
import type { Attributes, HrTime, Link, SpanContext, SpanKind, SpanStatusCode } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { SpanFacts } from './spans.ts'
import { newSpanId, type Trace } from './trace.ts'

/** What all spans of a process share, and the words of a package that is loaded late. */
export interface SpanSurroundings {
  kinds: Record<SpanFacts['kind'], SpanKind>
  statuses: { ok: SpanStatusCode; error: SpanStatusCode }
  resource: Resource
  originMs: number
}

const SCOPE = { name: 'causeway.gateway' }

/**
 * Makes it.
 * @param around.originMs time of day at the zero of `performance.now()`
 */
export function readableSpan(
  facts: SpanFacts,
  trace: Trace,
  { kinds, statuses, resource, originMs }: SpanSurroundings,
): ReadableSpan {
  const { traceId, recorded } = trace
  const context: SpanContext = { traceId, spanId: facts.spanId ?? newSpanId(), traceFlags: SAMPLED }
  const isRoot = facts.parentSpanId === undefined
  const parent = isRoot
    ? recorded?.parent && remote(recorded.parent)
    : { traceId, spanId: facts.parentSpanId as string, traceFlags: SAMPLED }
  const attributes: Attributes =
    facts.errorType === undefined ? facts.attributes : { ...facts.attributes, 'error.type': facts.errorType }
  const links: Link[] = isRoot && recorded?.link ? [{ context: remote(recorded.link) }] : []
  return {
    name: facts.name,
    kind: kinds[facts.kind],
    spanContext: () => context,
    ...(parent ? { parentSpanContext: parent } : {}),
    startTime: hrTime(originMs + facts.startMs),
    endTime: hrTime(originMs + facts.endMs),
    duration: hrTime(facts.endMs - facts.startMs),
    status: { code: facts.errorType === undefined ? statuses.ok : statuses.error },
    attributes,
    links,
    events: [],
    ended: true,
    resource,
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
}

function remote({ traceId, spanId, flags }: TraceParent): SpanContext {
  return { traceId, spanId, traceFlags: flags, isRemote: true }
}

function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1_000)
  return [seconds, Math.round((ms - seconds * 1_000) * 1_000_000)]
}
