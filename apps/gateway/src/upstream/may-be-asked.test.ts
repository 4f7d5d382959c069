/** Extensions alone must not cost an upstream session for each call. */
import { expect, it } from 'vitest'
import { mayBeAsked } from './may-be-asked.ts'

it.each([
  ['{}', false],
  ['{"extensions":{"x/y":{"elicitation":{}}},"experimental":{"a":{}}}', false],
  ['{"elicitation":{}}', true],
  ['{"extensions":{},"roots":{}}', true],
  ['{"unknown":{}}', true],
])('of %s: %s', (capabilities, isAskable) => {
  expect(mayBeAsked(capabilities)).toBe(isAskable)
})
