/** Every way in which an API asks for a pause is read, and bounded. */
import { expect, it } from 'vitest'
import { retryAfterMs } from './retry-after.ts'

const NOW_MS = Date.parse('2026-01-01T00:00:00Z')

it.each([
  [{ 'retry-after': '17' }, 17_000],
  [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:05 GMT' }, 5_000],
  [{ 'retry-after': 'Thu, 01 Jan 2020 00:00:05 GMT' }, 0],
  [{ 'x-ratelimit-reset': String(NOW_MS / 1_000 + 9) }, 9_000],
  [{ 'retry-after': '999999999' }, 86_400_000],
  [{ 'retry-after': 'soon' }, undefined],
  [{}, undefined],
])('%o → %s', (headers, waitMs) => {
  expect(retryAfterMs(headers, NOW_MS)).toBe(waitMs)
})
