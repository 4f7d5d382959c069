/** The trace that a request belongs to: where it comes from, what goes onward, and whether its phases are recorded. */
import { randomUUID } from 'node:crypto'
import {
  parseTraceparent,
  SAMPLED,
  TRACEPARENT,
  TRACESTATE,
  type TraceParent,
  traceparentText,
} from '@causeway/shared-contracts/trace-context'

/** Context of one request. */
export interface Trace {
  traceId: string
  /** What goes onward. */
  traceparent: string
  /** Beside it, as it came. */
  tracestate: string | undefined
  /** Whether the request's own `_meta` says the same, so that it can stay as it is. */
  isInMeta: boolean
  /** Whether `_meta.tracestate` belongs to it. */
  ownsMetaState: boolean
  /** Set when the phases of the request are recorded. */
  recorded: RecordedTrace | undefined
}

/** Ids that the spans of one request will have. */
export interface RecordedTrace {
  spanId: string
  /** Of the span in which the upstream is called: what goes onward is its child. */
  forwardSpanId: string
  parent: TraceParent | undefined
  /** Context of the HTTP request, where the message has another of its own. */
  link: TraceParent | undefined
}

/** What a request says of its trace. */
export interface TraceSources {
  /** `params._meta` */
  meta: Readonly<Record<string, unknown>>
  /** Headers of the HTTP request; of a caller that nobody knows they count for nothing. */
  headers: Readonly<Record<string, string | string[] | undefined>>
  requestId: string
}

/** Flag of an id whose last 56 bits are random (W3C Trace Context Level 2 §3.2.2.5.2). */
const RANDOM = 2
/** Visible ASCII up to the length that everybody has to pass on (W3C Trace Context §3.3). */
const STATE = /^[\x20-\x7e]{1,512}$/

/**
 * The trace of a request, if it has one.
 * @param sampleShare share of the traces that begin here to record; `undefined` where nothing is recorded at all
 */
export function traceOf(sources: TraceSources, sampleShare: number | undefined): Trace | undefined {
  const { meta, headers } = sources
  // Nearly every request comes without, and where nothing is recorded has none.
  if (sampleShare === undefined && meta.traceparent === undefined && headers.traceparent === undefined) return undefined
  const inMeta = parseTraceparent(meta[TRACEPARENT])
  const inHeader = parseTraceparent(headers[TRACEPARENT])
  const came = inMeta ?? inHeader
  if (sampleShare !== undefined) return ownTrace(sources, { inMeta, inHeader }, sampleShare)
  if (!came) return undefined
  const state = stateOf(inMeta ? meta[TRACESTATE] : headers[TRACESTATE])
  return passed(came, { text: String((inMeta ? meta : headers)[TRACEPARENT]), state, isInMeta: inMeta !== undefined })
}

function passed(
  { traceId }: TraceParent,
  { text, state, isInMeta }: { text: string; state: string | undefined; isInMeta: boolean },
): Trace {
  return {
    traceId,
    traceparent: text,
    tracestate: state,
    isInMeta,
    ownsMetaState: isInMeta,
    recorded: undefined,
  }
}

function ownTrace(
  { meta, headers, requestId }: TraceSources,
  { inMeta, inHeader }: { inMeta: TraceParent | undefined; inHeader: TraceParent | undefined },
  sampleShare: number,
): Trace {
  const parent = inMeta ?? inHeader
  const isSampled = parent ? (parent.flags & SAMPLED) !== 0 : Math.random() < sampleShare
  // A trace that begins with a request is found by the request's id.
  const traceId = parent?.traceId ?? requestId.replaceAll('-', '')
  const forwardSpanId = newSpanId()
  const flags = (parent ? parent.flags & RANDOM : RANDOM) | Number(isSampled)
  const link = inMeta && inHeader && inHeader.spanId !== inMeta.spanId ? inHeader : undefined
  return {
    traceId,
    traceparent: traceparentText({ traceId, spanId: forwardSpanId, flags }),
    tracestate: parent && stateOf(inMeta ? meta[TRACESTATE] : headers[TRACESTATE]),
    isInMeta: false,
    ownsMetaState: inMeta !== undefined,
    recorded: isSampled ? { spanId: newSpanId(), forwardSpanId, parent, link } : undefined,
  }
}

function stateOf(value: unknown): string | undefined {
  return typeof value === 'string' && STATE.test(value) ? value : undefined
}

/** A new id of a span. */
export function newSpanId(): string {
  const text = randomUUID()
  return text.slice(0, 8) + text.slice(24, 32)
}
