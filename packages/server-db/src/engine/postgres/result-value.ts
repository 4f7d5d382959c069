/** Turns the text that Postgres sends for a value into one that JSON carries without loss. */
import { stripHidden } from '@causeway/shared-contracts/clean-text'
import type { ResultValue } from '../query-engine.ts'

/** How much of one value is shown. */
export interface ValueBounds {
  /** Most characters of a text; the rest is named, not shown. */
  maxChars: number
  /** Most bytes of a blob that go with it. */
  maxBlobBytes: number
}

/** OIDs of the types that every Postgres has, by the names that a result gives. */
const TYPE_NAMES: ReadonlyMap<number, string> = new Map([
  [16, 'boolean'],
  [17, 'bytea'],
  [18, 'char'],
  [19, 'name'],
  [20, 'bigint'],
  [21, 'smallint'],
  [23, 'integer'],
  [25, 'text'],
  [26, 'oid'],
  [114, 'json'],
  [142, 'xml'],
  [650, 'cidr'],
  [700, 'real'],
  [701, 'double precision'],
  [705, 'unknown'],
  [790, 'money'],
  [829, 'macaddr'],
  [869, 'inet'],
  [1042, 'character'],
  [1043, 'character varying'],
  [1082, 'date'],
  [1083, 'time'],
  [1114, 'timestamp'],
  [1184, 'timestamptz'],
  [1186, 'interval'],
  [1266, 'timetz'],
  [1560, 'bit'],
  [1562, 'bit varying'],
  [1700, 'numeric'],
  [2206, 'regtype'],
  [2249, 'record'],
  [2278, 'void'],
  [2950, 'uuid'],
  [3614, 'tsvector'],
  [3615, 'tsquery'],
  [3802, 'jsonb'],
  [3904, 'int4range'],
  [3906, 'numrange'],
  [3908, 'tsrange'],
  [3910, 'tstzrange'],
  [3912, 'daterange'],
  [3926, 'int8range'],
  [4072, 'jsonpath'],
  [1000, 'boolean[]'],
  [1005, 'smallint[]'],
  [1007, 'integer[]'],
  [1009, 'text[]'],
  [1015, 'character varying[]'],
  [1016, 'bigint[]'],
  [1021, 'real[]'],
  [1022, 'double precision[]'],
  [1115, 'timestamp[]'],
  [1182, 'date[]'],
  [1185, 'timestamptz[]'],
  [1231, 'numeric[]'],
  [2287, 'record[]'],
  [2951, 'uuid[]'],
  [199, 'json[]'],
  [3807, 'jsonb[]'],
])

/** The name of a type for a result. */
export function typeName(typeId: number): string {
  return TYPE_NAMES.get(typeId) ?? 'other'
}

/** A value within its bounds. */
export function toResultValue(text: string | null, type: string, { maxChars, maxBlobBytes }: ValueBounds): ResultValue {
  if (text === null) return null
  switch (type) {
    case 'boolean':
      return text === 't'
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'oid':
      return Number.isSafeInteger(Number(text)) ? Number(text) : text
    case 'real':
    case 'double precision':
      // JSON has no infinities.
      return Number.isFinite(Number(text)) ? Number(text) : text
    case 'timestamptz':
      return toMoment(text)
    case 'bytea':
      return toBlob(text, maxBlobBytes)
    default:
      return cut(stripHidden(text), maxChars)
  }
}

/** Sessions are in UTC, so the offset is always +00; years before Christ and infinities stay as they are. */
function toMoment(text: string): string {
  return /^\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00$/.test(text) ? `${text.slice(0, -3).replace(' ', 'T')}Z` : text
}

function toBlob(text: string, maxBlobBytes: number): ResultValue {
  const bytes = (text.length - 2) / 2
  if (bytes > maxBlobBytes) return { $blob: bytes }
  return { $blob: bytes, base64: Buffer.from(text.slice(2), 'hex').toString('base64') }
}

function cut(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text
  const note = `… [cut, ${text.length} characters: use substr()]`
  return text.slice(0, Math.max(0, maxChars - note.length)).toWellFormed() + note
}
