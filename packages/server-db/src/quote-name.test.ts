/** No name breaks out of its quotes. */
import { expect, it } from 'vitest'
import { quoteName } from './quote-name.ts'

it('quotes names', () => {
  expect(quoteName('a"; DROP')).toBe('"a""; DROP"')
})
