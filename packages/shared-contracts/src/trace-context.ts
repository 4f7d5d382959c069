/** W3C Trace Context as text: what a `traceparent` says, whoever wrote it. */

/** `_meta` keys and HTTP headers alike (2026-07-28, basic protocol, "Trace context"). */
export const TRACEPARENT = 'traceparent'
export const TRACESTATE = 'tracestate'

/** What one `traceparent` says. */
export interface TraceParent {
  /** 32 hexadecimal digits. */
  traceId: string
  /** 16 hexadecimal digits. */
  spanId: string
  flags: number
}

/** Bit of the flags: whoever sent it records its part. */
export const SAMPLED = 1

const MAX_LENGTH = 256
const FORM = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/

/** Reads a `traceparent`; `undefined` for anything that is none (W3C Trace Context §3.2). */
export function parseTraceparent(value: unknown): TraceParent | undefined {
  if (typeof value !== 'string' || value.length > MAX_LENGTH) return undefined
  const [, version, traceId = '', spanId = '', flags = '', more] = FORM.exec(value) ?? []
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined
  return { traceId, spanId, flags: Number.parseInt(flags, 16) }
}

/** Writes a `traceparent` of version 00. */
export function traceparentText({ traceId, spanId, flags }: TraceParent): string {
  return `00-${traceId}-${spanId}-${flags.toString(16).padStart(2, '0')}`
}
