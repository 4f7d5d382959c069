/** Masks as PostgreSQL expressions: they stand in the subselect that takes a table's place, so that no statement reaches the value behind them. None of them can fail. */
import type { Mask } from '../../policy/source-policy.ts'
import { quoteName } from '../../quote-name.ts'
import type { BaseColumn } from './read-base-schema.ts'

/** Numbers of the parameters that carry the two padded keys of the hash, until a statement gives them its own. */
export const HASH_PARAMETERS = { inner: 60_001, outer: 60_002 } as const

/** The column as it is: of a built-in type, so that no function of somebody's type takes part in a query. */
export function plainExpression({ name, type, isBuiltIn, isDomain }: BaseColumn): string {
  if (!isBuiltIn) return `CAST(${quoteName(name)} AS text)`
  return isDomain ? `CAST(${quoteName(name)} AS ${type})` : quoteName(name)
}

/** The expression that shows the column under `mask`. */
export function maskExpression(mask: Mask, column: BaseColumn): string {
  const name = quoteName(column.name)
  if (mask === 'null') return `CAST(NULL AS ${column.isBuiltIn ? column.type : 'text'})`
  const text = `CAST(${name} AS text)`
  const shown: Record<Exclude<Mask, 'null'>, string> = {
    redact: `'[redacted]'`,
    partial: `CASE WHEN length(${text}) > 6 THEN left(${text}, 2) || '***' || right(${text}, 2) ELSE '***' END`,
    hash: hashOf(text),
    email: `CASE WHEN strpos(${text}, '@') > 1 THEN left(${text}, 1) || '***' || substr(${text}, strpos(${text}, '@')) ELSE '***' END`,
    last4: `CASE WHEN length(${text}) > 6 THEN '***' || right(${text}, 4) ELSE '***' END`,
    generalize: generalized(column, text),
  }
  return `CASE WHEN ${name} IS NOT NULL THEN ${shown[mask]} END`
}

// HMAC by its definition, because PostgreSQL has SHA-256 but no HMAC of its own; the padded keys are bound, never text.
function hashOf(text: string): string {
  const inner = `sha256(CAST($${HASH_PARAMETERS.inner} AS bytea) || convert_to(${text}, 'UTF8'))`
  return `'h:' || left(encode(sha256(CAST($${HASH_PARAMETERS.outer} AS bytea) || ${inner}), 'hex'), 16)`
}

// The first digit and the magnitude are read off the digits, which cannot fail as a logarithm of 0 does.
function generalized({ name, type, category, isBuiltIn }: BaseColumn, text: string): string {
  if (!isBuiltIn || category !== 'N')
    return `CASE WHEN ${text} ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}' THEN left(${text}, 4) ELSE '[generalized]' END`
  const isWhole = /^(small|big)?int/.test(type)
  const whole = isWhole ? text : `CAST(trunc(CAST(${quoteName(name)} AS numeric)) AS text)`
  const digits = `ltrim(${whole}, '-')`
  const sign = `CASE WHEN left(${whole}, 1) = '-' THEN '-' ELSE '' END`
  const rounded = `CAST(${sign} || rpad(left(${digits}, 1), length(${digits}), '0') AS ${isWhole ? 'bigint' : 'numeric'})`
  // Infinity and NaN have no digits.
  return `CASE WHEN ${text} ~ '^-?[0-9]' THEN ${rounded} END`
}

/** The values of the hash parameters for a key, as HMAC pads it: hex texts that Postgres reads as `bytea`. */
export function hashParameters(hashKey: string): { inner: string; outer: string } {
  const key = Buffer.alloc(64)
  Buffer.from(hashKey, 'hex').copy(key)
  const padded = (pad: number) => `\\x${Buffer.from(key.map((byte) => byte ^ pad)).toString('hex')}`
  return { inner: padded(0x36), outer: padded(0x5c) }
}
