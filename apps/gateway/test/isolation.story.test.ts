/** What is one caller's is no other's, however their calls are mixed; `npm run isolation` does the same a hundred thousand times. */
import { expect, it } from 'vitest'
import { interleave } from './support/interleave.ts'
import { verifies } from './support/verifies.ts'

const CALLS = 3_000

it(verifies(
  'integrity.isolation',
  `${CALLS} calls of two agents and two users under the same ids are all answered to their caller`,
), async () => {
  const { calls, crossed, sessions } = await interleave(CALLS)
  expect(crossed).toEqual([])
  expect(calls).toBeGreaterThanOrEqual(CALLS)
  expect(sessions.size).toBeGreaterThanOrEqual(4)
  for (const callers of sessions.values()) expect(callers.size).toBe(1)
}, 120_000)
