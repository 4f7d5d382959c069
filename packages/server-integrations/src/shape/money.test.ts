/** Amounts are exact in every currency. */
import { expect, it } from 'vitest'
import { moneyOf } from './money.ts'

it.each([
  [1250, 'eur', 2, '12.50'],
  [5, 'usd', 2, '0.05'],
  [1250, 'jpy', 0, '1250'],
  [12_345, 'kwd', 3, '12.345'],
  [-7, 'eur', 2, '-0.07'],
  [9_007_199_254_740_991, 'eur', 2, '90071992547409.91'],
])('%i %s with %i places is %s', (minor, currency, digits, amount) => {
  expect(moneyOf(minor, currency, digits)).toEqual({ minor, currency: currency.toUpperCase(), amount })
})
