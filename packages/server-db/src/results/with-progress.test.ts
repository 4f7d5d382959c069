/** Whoever waits long is told that it goes on. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { withProgress } from './with-progress.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it('tells every second how long it has been, until it ends', async () => {
  const told: unknown[][] = []
  const progress = async (...args: unknown[]) => {
    told.push(args)
  }
  const { promise, resolve } = Promise.withResolvers<string>()
  const done = withProgress({ progress }, 5_000, promise)
  await vi.advanceTimersByTimeAsync(2_500)
  resolve('rows')
  expect(await done).toBe('rows')
  await vi.advanceTimersByTimeAsync(5_000)
  expect(told).toEqual([
    [1, 5, 'running for 1 s'],
    [2, 5, 'running for 2 s'],
  ])
})

it('goes on when nobody listens any more', async () => {
  const { promise, resolve } = Promise.withResolvers<number>()
  const done = withProgress({ progress: () => Promise.reject(new Error('gone')) }, 5_000, promise)
  await vi.advanceTimersByTimeAsync(1_500)
  resolve(1)
  expect(await done).toBe(1)
})
