/** A sleep ends by time or by a wake-up, whichever comes first, and a wake-up is not lost between two sleeps. */
import { expect, it } from 'vitest'
import { createWaker } from './waker.ts'

const live = new AbortController().signal
const slept = async (sleep: Promise<void>) => {
  const startedAt = performance.now()
  await sleep
  return performance.now() - startedAt
}

it('sleeps until the time is over', async () => {
  expect(await slept(createWaker().sleep(30, live))).toBeGreaterThan(25)
})

it('is woken in its sleep', async () => {
  const waker = createWaker()
  const sleep = slept(waker.sleep(10_000, live))
  waker.wake()
  expect(await sleep).toBeLessThan(1_000)
})

it('remembers a wake-up that came between two sleeps, once', async () => {
  const waker = createWaker()
  waker.wake()
  waker.wake()
  expect(await slept(waker.sleep(10_000, live))).toBeLessThan(1_000)
  expect(await slept(waker.sleep(30, live))).toBeGreaterThan(25)
})

it('forgets wake-ups when it rests', async () => {
  const waker = createWaker()
  waker.wake()
  waker.rest()
  expect(await slept(waker.sleep(30, live))).toBeGreaterThan(25)
})

it('does not sleep once everything is over', async () => {
  expect(await slept(createWaker().sleep(10_000, AbortSignal.abort()))).toBeLessThan(1_000)
})
