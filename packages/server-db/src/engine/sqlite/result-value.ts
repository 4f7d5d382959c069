/** Turns a value of SQLite into one that JSON carries without loss, cut to a bound and cleaned of hidden characters. */
import type { SQLOutputValue } from 'node:sqlite'
import { stripHidden } from '@causeway/shared-contracts/clean-text'
import type { ResultValue } from '../query-engine.ts'

/** @param maxChars most characters of a text; the rest is named, not shown */
export function toResultValue(value: SQLOutputValue, maxChars: number): ResultValue {
  if (value === null) return null
  if (typeof value === 'string') return cut(stripHidden(value), maxChars)
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : String(value)
  }
  // JSON has no infinities.
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  return { $blob: value.byteLength }
}

/** The name of a value's storage class, as `typeof()` in SQL tells it. */
export function storageClass(value: SQLOutputValue): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return 'text'
  if (typeof value === 'bigint') return 'integer'
  return typeof value === 'number' ? 'real' : 'blob'
}

function cut(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text
  const note = `… [cut, ${text.length} characters: use substr()]`
  return text.slice(0, Math.max(0, maxChars - note.length)).toWellFormed() + note
}
