/** The call whose decision is measured is found and allowed, or the figures would be of something else. */
import { expect, it } from 'vitest'
import { decisionOfACall } from './measure-decisions.ts'

it.each([undefined, 'args.limit <= 100'])('decides with the condition %s', (when) => {
  expect(decisionOfACall(when)).not.toThrow()
})

it('says so when the call is not allowed', () => {
  expect(() => decisionOfACall('args.limit > 100')).toThrow()
})
