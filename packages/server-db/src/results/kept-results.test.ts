/** Results are kept for a while and not without bound. */
import { expect, it } from 'vitest'
import { createKeptResults } from './kept-results.ts'

const result = { columns: [], rows: [[1]], hasMore: false, elapsedMs: 1, masked: [], rowFiltered: [] }

it('a result is found until it expires', () => {
  let now = 0
  const kept = createKeptResults(() => now)
  const id = kept.keep(result)
  now = 599_999
  expect(kept.find(id)).toBe(result)
  now = 600_000
  expect(kept.find(id)).toBeUndefined()
})

it('the oldest makes room', () => {
  const kept = createKeptResults()
  const ids = Array.from({ length: 65 }, () => kept.keep(result))
  expect([kept.find(ids[0]!), kept.find(ids[1]!), kept.find(ids[64]!)]).toEqual([undefined, result, result])
})
