/** One line of CSV (RFC 4180): NULL is nothing at all, and the empty text is quoted, so that the two differ. */
import type { ResultValue } from '../engine/query-engine.ts'

/** With its line end; a blob is base64. */
export function csvLine(values: readonly ResultValue[]): string {
  return `${values.map(toField).join(',')}\r\n`
}

function toField(value: ResultValue): string {
  if (value === null) return ''
  if (typeof value === 'object') return value.base64 ?? ''
  if (typeof value !== 'string') return String(value)
  return /[",\r\n]|^$|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}
