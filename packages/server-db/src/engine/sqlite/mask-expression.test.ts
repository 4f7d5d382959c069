/** What each mask leaves of a value. */
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import type { Mask } from '../../policy/source-policy.ts'
import { maskExpression, quoteName } from './mask-expression.ts'

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
])('%s of %s is %s', (mask, value, expected) => {
  expect(shown(mask, value)).toBe(expected)
})

it.each<Mask>(['null', 'redact', 'partial', 'hash', 'email', 'last4'])('%s of NULL is NULL', (mask) => {
  expect(shown(mask, null)).toBeNull()
})

it('quotes names', () => {
  expect(quoteName('a"; DROP')).toBe('"a""; DROP"')
})
