/** A local limiter lets a minute's budget be spent at once and gives it back evenly, keeps what was spent when rates change, and forgets who rested. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createLocalLimiter } from './local-limiter.ts'

function start(maxKeys?: number) {
  const clock = { nowMs: 0 }
  return { clock, limiter: createLocalLimiter(maxKeys, () => clock.nowMs) }
}

it('lets a whole budget be spent at once, and gives it back bit by bit', () => {
  const { clock, limiter } = start()
  expect([1, 2, 3].map(() => limiter.spend('a', 1, 3))).toEqual([0, 0, 0])
  expect(limiter.spend('a', 1, 3)).toBe(20_000)
  expect(limiter.spend('b', 1, 3)).toBe(0)
  clock.nowMs = 19_999
  expect(limiter.spend('a', 1, 3)).toBe(1)
  clock.nowMs = 20_000
  expect([limiter.waitOf('a', 1, 3), limiter.spend('a', 1, 3), limiter.spend('a', 1, 3)]).toEqual([0, 0, 20_000])
})

it('keeps what was spent when the rate changes', () => {
  const { limiter } = start()
  for (let turn = 0; turn < 10; turn++) limiter.spend('a', 1, 10)
  expect(limiter.spend('a', 1, 10)).toBe(6_000)
  expect([limiter.spend('a', 1, 12), limiter.spend('a', 1, 12), limiter.spend('a', 1, 12)]).toEqual([0, 0, 5_000])
})

it('adds up tenths', () => {
  const { limiter } = start()
  expect(Array.from({ length: 11 }, () => limiter.spend('a', 0.1, 1))).toEqual([...Array(10).fill(0), 6_000])
})

it('forgets who rested, and nobody who has something left to drain', () => {
  const { clock, limiter } = start()
  for (let key = 0; key < 1_000; key++) limiter.spend(`old-${key}`, 1, 60)
  clock.nowMs = 59_000
  for (let turn = 0; turn < 60; turn++) limiter.spend('a', 1, 60)
  clock.nowMs = 61_000
  limiter.spend('b', 1, 60)
  expect(limiter.spend('a', 1, 60)).toBe(0)
  expect([limiter.spend('a', 1, 60), limiter.spend('a', 1, 60)]).toEqual([0, 1_000])
  clock.nowMs = 122_000
  limiter.spend('c', 1, 60)
  expect(limiter.size).toBeLessThanOrEqual(3)
})

it('remembers no more than it may, however many come at once', () => {
  const { limiter } = start(100)
  for (let key = 0; key < 10_000; key++) limiter.spend(String(key), 1, 60)
  expect(limiter.size).toBeLessThanOrEqual(200)
})

it('never lets more through than the budget and what came back meanwhile, and never waits in vain', () => {
  const step = fc.record({ afterMs: fc.integer({ min: 0, max: 30_000 }), key: fc.constantFrom('a', 'b') })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 120 }), fc.array(step, { maxLength: 200 }), (perMinute, steps) => {
      const { clock, limiter } = start()
      const spent = { a: 0, b: 0 }
      for (const { afterMs, key } of steps) {
        clock.nowMs += afterMs
        const waitMs = limiter.spend(key, 1, perMinute)
        if (waitMs === 0) spent[key as 'a']++
        else expect(limiter.waitOf(key, 1, perMinute)).toBe(waitMs)
        expect(spent[key as 'a']).toBeLessThanOrEqual(perMinute + (clock.nowMs * perMinute) / 60_000 + 1e-3)
        if (waitMs > 0 && limiter.waitOf(key, 1, perMinute) > 0) {
          clock.nowMs += waitMs
          expect(limiter.spend(key, 1, perMinute)).toBe(0)
          spent[key as 'a']++
        }
      }
    }),
  )
})
