/** Results are kept for a while and not without bound. */
import { expect, it } from 'vitest'
import { createKeptResults } from './kept-results.ts'

const result = { columns: [], rows: [[1]], hasMore: false, elapsedMs: 1, masked: [], rowFiltered: [] }

it('a result is found until it expires', () => {
  let now = 0
  const kept = createKeptResults(() => now)
  const id = kept.keep(result, 'me')
  now = 599_999
  expect([kept.find(id, 'me'), kept.find(id, 'you')]).toEqual([result, undefined])
  now = 600_000
  expect(kept.find(id, 'me')).toBeUndefined()
})

it('the oldest makes room', () => {
  const kept = createKeptResults()
  const ids = Array.from({ length: 65 }, () => kept.keep(result, 'me'))
  expect([kept.find(ids[0]!, 'me'), kept.find(ids[1]!, 'me'), kept.find(ids[64]!, 'me')]).toEqual([
    undefined,
    result,
    result,
  ])
})
