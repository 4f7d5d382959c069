/** Audit records as OpenTelemetry logs (OTLP/HTTP, JSON encoding of `ExportLogsServiceRequest`). */
import type { FoundRecord } from './read-records.ts'

type Value = { stringValue: string } | { intValue: string } | { doubleValue: number }
interface Attribute {
  key: string
  value: Value
}

/** What is already told by a field of its own. */
const ELSEWHERE = new Set(['time', 'traceId', 'args', 'ms', 'client'])
const INFO = 9
const WARN = 13

/** The request body for some records; each is the body of its log record as it stands in the file. */
export function otlpLogs(found: readonly FoundRecord[], observedMs: number): string {
  return JSON.stringify({
    resourceLogs: [
      {
        resource: { attributes: [attribute('service.name', 'causeway')] },
        scopeLogs: [{ scope: { name: 'causeway.audit', version: '1' }, logRecords: found.map(logRecord(observedMs)) }],
      },
    ],
  })
}

function logRecord(observedMs: number) {
  return ({ line, record }: FoundRecord) => ({
    timeUnixNano: nanos(Date.parse(record.time)),
    observedTimeUnixNano: nanos(observedMs),
    severityNumber: record.error === undefined ? INFO : WARN,
    severityText: record.error === undefined ? 'INFO' : 'WARN',
    eventName: `causeway.audit.${record.kind}`,
    body: { stringValue: line },
    attributes: Object.entries(record).flatMap(([key, value]) =>
      value === null || ELSEWHERE.has(key) ? [] : [attribute(`causeway.${key}`, value)],
    ),
    ...(typeof record.traceId === 'string' ? { traceId: record.traceId } : {}),
  })
}

function attribute(key: string, value: unknown): Attribute {
  if (typeof value !== 'number') return { key, value: { stringValue: String(value) } }
  return { key, value: Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value } }
}

function nanos(ms: number): string {
  return `${ms}000000`
}
