/** The one place that knows the members of an audit record and their order; what repeats comes in as finished JSON text, because a record is made for every call. */

/** What a record is of: something that is about to be done, how that ended, or all else. */
export type RecordKind = 'intent' | 'result' | 'attempt'

/** The parts of a record; those named `…Text` are JSON members without braces, made once and used many times. */
export interface RecordParts {
  timeMs: number
  instance: string
  requestId: string | null
  traceId: string | undefined
  /** `origin` to `act`. */
  whoText: string
  era: 'modern' | 'legacy' | undefined
  route: string | undefined
  /** JSON text. */
  methodText: string
  /** `upstream` to `definitionHash`. */
  whatText: string
  policyVersion: string | undefined
  /** `rule` to `reason`. */
  decisionText: string
  approvalId: string | undefined
  /** `argsDigest`, and `args` where they are kept. */
  argsText: string
  kind: RecordKind
  status: number | undefined
  /** Code of what failed. */
  error: string | undefined
  resultBytes: number | undefined
  totalMs: number | undefined
  queueMs: number | undefined
  upstreamMs: number | undefined
  /** `ip` and `userAgent`. */
  clientText: string
}

/** `origin` to `act` of nobody known. */
export const NOBODY = '"origin":null,"agent":null,"keyId":null,"user":null,"act":null'
/** `upstream` to `definitionHash` of nothing. */
export const NOTHING = '"upstream":null,"tool":null,"definitionHash":null'
/** `rule` to `reason` where nothing was decided. */
export const UNDECIDED = '"rule":null,"decision":null,"reason":null'
/** `argsDigest` where there are no arguments. */
export const NO_ARGUMENTS = '"argsDigest":null'
/** `ip` and `userAgent` of nobody. */
export const NO_CLIENT = '"ip":null,"userAgent":null'

/** The members from `time` to `client`, starting with a comma. */
export function recordBody(parts: RecordParts): string {
  const { requestId, traceId, era, route, policyVersion, approvalId, error, status, resultBytes } = parts
  return (
    `,"time":"${isoTime(parts.timeMs)}","instance":"${parts.instance}"` +
    `,"requestId":${requestId === null ? 'null' : `"${requestId}"`}` +
    `,"traceId":${traceId === undefined ? 'null' : `"${traceId}"`},${parts.whoText}` +
    `,"era":${era === undefined ? 'null' : `"${era}"`},"route":${route === undefined ? 'null' : `"${route}"`}` +
    `,"method":${parts.methodText},${parts.whatText}` +
    `,"policyVersion":${policyVersion === undefined ? 'null' : `"${policyVersion}"`},${parts.decisionText}` +
    `,"approvalId":${approvalId === undefined ? 'null' : JSON.stringify(approvalId)},${parts.argsText}` +
    `,"kind":"${parts.kind}","status":${status ?? 'null'}${error === undefined ? '' : `,"error":"${error}"`}` +
    `,"resultBytes":${resultBytes ?? 'null'},"ms":{"total":${millis(parts.totalMs)},"queue":${millis(parts.queueMs)}` +
    `,"upstream":${millis(parts.upstreamMs)}},"client":{${parts.clientText}}`
  )
}

// Hundredths, put together from whole numbers: the shortest text of a double is dear.
function millis(value: number | undefined): string {
  if (value === undefined) return 'null'
  const hundredths = Math.round(value * 100)
  const rest = hundredths % 100
  return `${(hundredths - rest) / 100}.${rest < 10 ? '0' : ''}${rest}`
}

let secondMs = Number.NaN
let secondText = ''

// A record is made for every call, and the formatting of a date is dearer than all else in it.
function isoTime(timeMs: number): string {
  const ms = timeMs % 1_000
  if (timeMs - ms !== secondMs) {
    secondMs = timeMs - ms
    secondText = new Date(secondMs).toISOString().slice(0, 20)
  }
  return `${secondText}${ms < 10 ? '00' : ms < 100 ? '0' : ''}${ms}Z`
}
