/** Cuts a result of a third-party API so that it fits: long texts first, then long lists, then what is deep inside. */
import { stripHidden } from '@causeway/shared-contracts/clean-text'
import { isRecord } from './json.ts'

/** From gentle to harsh. */
const LEVELS = [
  { chars: 4_000, items: 100, depth: 12 },
  { chars: 1_000, items: 50, depth: 8 },
  { chars: 400, items: 20, depth: 6 },
  { chars: 200, items: 10, depth: 5 },
  { chars: 100, items: 5, depth: 4 },
  { chars: 60, items: 3, depth: 3 },
  { chars: 40, items: 1, depth: 2 },
]
type Level = (typeof LEVELS)[number]

/** A value that fits, and whether something was left out of it. */
export interface FittedValue {
  value: unknown
  isCut: boolean
}

/** @param maxBytes of the value as JSON */
export function fitValue(value: unknown, maxBytes: number): FittedValue {
  if (bytesOf(value) <= maxBytes) return { value, isCut: false }
  for (const level of LEVELS) {
    const cut = shorten(value, level, 0)
    if (bytesOf(cut) <= maxBytes) return { value: cut, isCut: true }
  }
  return { value: 'too large to show', isCut: true }
}

/** Text in a value that somebody else wrote, without zero-width and bidirectional characters. */
export function cleanValue(value: unknown): unknown {
  if (typeof value === 'string') return stripHidden(value)
  if (Array.isArray(value)) return value.map(cleanValue)
  if (!isRecord(value)) return value
  // A key of this name would become the prototype of whatever it is copied to.
  const entries = Object.entries(value).filter(([key]) => key !== '__proto__')
  return Object.fromEntries(entries.map(([key, one]) => [stripHidden(key), cleanValue(one)]))
}

function shorten(value: unknown, level: Level, depth: number): unknown {
  if (typeof value === 'string') return value.length > level.chars ? `${value.slice(0, level.chars)}…` : value
  if (typeof value !== 'object' || value === null) return value
  if (depth >= level.depth) return Array.isArray(value) ? `${value.length} items` : 'left out'
  if (Array.isArray(value)) return value.slice(0, level.items).map((one) => shorten(one, level, depth + 1))
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shorten(one, level, depth + 1)]))
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '')
}
