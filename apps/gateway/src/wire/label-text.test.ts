/** A label changes nothing of the question. */
import { expect, it } from 'vitest'
import { labelText } from './label-text.ts'

it.each([
  ['"a\\u0041\\ud800"', '"The \\"Desk\\": a\\u0041\\ud800"'],
  ['""', '"The \\"Desk\\": "'],
  ['7', '7'],
])('puts a title before %s', (text, labelled) => {
  expect(labelText('The "Desk"', text)).toBe(labelled)
})
