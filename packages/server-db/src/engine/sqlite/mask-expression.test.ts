/** What each mask leaves of a value. */
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import type { Mask } from '../../policy/source-policy.ts'
import { maskExpression } from './mask-expression.ts'

const db = new DatabaseSync(':memory:')
db.function('keyed', (value) => `h:${value}`)

function shown(mask: Mask, value: string | bigint | null): unknown {
  return db.prepare(`SELECT ${maskExpression(mask, 'a"b', 'keyed')} AS shown FROM (SELECT ? AS "a""b")`).get(value)
    ?.shown
}

it.each<[Mask, string | bigint, unknown]>([
  ['null', 'x', null],
  ['redact', 'x', '[redacted]'],
  ['partial', '+1 555 100 2345', '+1***45'],
  ['partial', 'short', '***'],
  ['hash', 'x', 'h:x'],
  ['email', 'jana@example.org', 'j***@example.org'],
  ['email', '@example.org', '***'],
  ['email', 'not an address', '***'],
  ['last4', '900-11-3333', '***3333'],
  ['last4', '123456', '***'],
  ['last4', 123456789n, '***6789'],
  ['generalize', '1984-05-17', '1984'],
  ['generalize', '1984-05-17 10:00:00', '1984'],
  ['generalize', 'Hamburg', '[generalized]'],
  ['generalize', 38_211n, 30_000],
  ['generalize', -7n, -7],
  ['generalize', 0n, 0],
  ['generalize', -922_337_203_685_477n, -900_000_000_000_000],
])('%s of %s is %s', (mask, value, expected) => {
  expect(shown(mask, value)).toBe(expected)
})

it.each<Mask>(['null', 'redact', 'partial', 'hash', 'email', 'last4', 'generalize'])('%s of NULL is NULL', (mask) => {
  expect(shown(mask, null)).toBeNull()
})
