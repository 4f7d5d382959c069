/** What the gate learns holds requests back until the API grants anew, and no longer. */
import { expect, it } from 'vitest'
import { createRateGate } from './rate-gate.ts'

const NOW_MS = 1_000_000

it('lets through what it knows nothing of, and holds back an empty bucket until its reset', () => {
  const gate = createRateGate()
  expect(gate.waitMs('core', NOW_MS)).toBe(0)
  gate.learn('core', { remaining: 1, resetAtMs: NOW_MS + 5_000 })
  expect(gate.waitMs('core', NOW_MS)).toBe(0)
  gate.take('core')
  expect(gate.waitMs('core', NOW_MS)).toBe(5_000)
  expect(gate.waitMs('search', NOW_MS)).toBe(0)
  expect(gate.waitMs('core', NOW_MS + 5_000)).toBe(0)
  gate.learn('core', { remaining: 60, resetAtMs: NOW_MS + 65_000 })
  expect(gate.waitMs('core', NOW_MS + 5_000)).toBe(0)
})

it('believes the lower count of two answers that overtook each other', () => {
  const gate = createRateGate()
  gate.learn('core', { remaining: 0, resetAtMs: NOW_MS + 5_000 })
  gate.learn('core', { remaining: 1, resetAtMs: NOW_MS + 5_000 })
  expect(gate.waitMs('core', NOW_MS)).toBe(5_000)
})

it('keeps the longer of two pauses', () => {
  const gate = createRateGate()
  gate.pause('core', NOW_MS + 9_000)
  gate.pause('core', NOW_MS + 2_000)
  expect(gate.waitMs('core', NOW_MS)).toBe(9_000)
})
