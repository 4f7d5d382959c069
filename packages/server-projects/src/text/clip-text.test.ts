/** Text cut to bytes. */
import { expect, it } from 'vitest'
import { clipText } from './clip-text.ts'

it('leaves what fits and never splits a character', () => {
  expect(clipText('short', 10)).toBe('short')
  expect(clipText('ääääää', 5)).toBe('ää…')
  expect(clipText('😀😀', 6)).toBe('😀…')
})
