/** Ranges are rounded outward and never past a whole digit. */
import { expect, it } from 'vitest'
import { ceilTo, floorTo, roundTo } from './significant-digits.ts'

it.each([
  [38_211, 38_000, 39_000],
  [-38_211, -39_000, -38_000],
  [0.0456, 0.045, 0.046],
  [7, 7, 7],
  [0, 0, 0],
])('%d is between %d and %d', (value, low, high) => {
  expect([floorTo(value, 2), ceilTo(value, 2)]).toEqual([low, high])
})

it('rounds to digits', () => {
  expect([roundTo(1234.5, 3), roundTo(-0.012345, 3)]).toEqual([1230, -0.0123])
})
