/** A slip is recognized, a different word is not. */
import { expect, it } from 'vitest'
import { closestName } from './closest-name.ts'

it.each([
  ['custmers', 'customers'],
  ['Customer', 'customers'],
  ['ordr', 'orders'],
  ['wholly_different', undefined],
  ['', undefined],
])('%s means %s', (name, meant) => {
  expect(closestName(name, ['customers', 'orders', 'order_items'])).toBe(meant)
})

it('has nothing to offer without candidates, and is not slowed by a long name', () => {
  expect(closestName('x', [])).toBeUndefined()
  expect(closestName('x'.repeat(1_000_000), ['orders'])).toBeUndefined()
})
