/** Turns a value of SQLite into one that JSON carries without loss, cut to a bound and cleaned of hidden characters. */
import type { SQLOutputValue } from 'node:sqlite'
import { stripHidden } from '@causeway/shared-contracts/clean-text'
import type { ResultValue } from '../query-engine.ts'

/** How much of one value is shown. */
export interface ValueBounds {
  /** Most characters of a text; the rest is named, not shown. */
  maxChars: number
  /** Most bytes of a blob that go with it. */
  maxBlobBytes: number
}

/** A value within its bounds. */
export function toResultValue(value: SQLOutputValue, { maxChars, maxBlobBytes }: ValueBounds): ResultValue {
  if (value === null) return null
  if (typeof value === 'string') return cut(stripHidden(value), maxChars)
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : String(value)
  }
  // JSON has no infinities.
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  const { byteLength } = value
  return byteLength > maxBlobBytes
    ? { $blob: byteLength }
    : { $blob: byteLength, base64: Buffer.from(value).toString('base64') }
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
