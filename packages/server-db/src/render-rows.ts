/** Renders rows for the text half of a result: a header, one line a row, fenced as data that strangers wrote. */
import { markUntrusted } from '@causeway/shared-contracts/clean-text'
import type { ShownValue } from './results/blob-links.ts'

/** One row on one line; a text that would break the line is quoted. */
export function renderRow(row: readonly ShownValue[]): string {
  return row.map(renderValue).join(' | ')
}

/** The header and the rows, marked as untrusted. */
export function renderRows(header: readonly string[], rows: readonly ShownValue[][], source: string): string {
  return markUntrusted([header.join(' | '), ...rows.map(renderRow)].join('\n'), source)
}

function renderValue(value: ShownValue): string {
  if (value === null) return 'NULL'
  if (typeof value === 'object') return `<blob of ${value.$blob} bytes${value.uri ? ` at ${value.uri}` : ''}>`
  if (typeof value !== 'string') return String(value)
  return /[\n\r|]|^"|^$|^NULL$/.test(value) ? JSON.stringify(value) : value
}
