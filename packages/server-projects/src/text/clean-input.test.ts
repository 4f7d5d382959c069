/** Text on its way in. */
import { expect, it } from 'vitest'
import { cleanLine, cleanText, folded } from './clean-input.ts'

it('keeps lines but nothing hidden and no control characters', () => {
  expect(cleanText(' a\u200Bb\u202E\r\nc\u0000\u0007\n\n')).toBe('ab\nc')
  expect(cleanText('\u{E0041}\u200D\u00AD')).toBe('')
})

it('makes one line of a title', () => {
  expect(cleanLine('Fix\n\tthe   \u200Bform ')).toBe('Fix the form')
})

it('folds case and accents for comparing', () => {
  expect(folded(' Tomás  HERRERA')).toBe('tomas herrera')
})
