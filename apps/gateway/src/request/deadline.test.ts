/** The time of a call ends with the call. */
import { expect, it, vi } from 'vitest'
import { startDeadline } from './deadline.ts'

it('does not start anew when what was asked comes to its end after the call', () => {
  vi.useFakeTimers()
  const deadline = startDeadline('up', 1_000)
  deadline.pause()
  deadline.stop()
  deadline.resume()
  expect(vi.getTimerCount()).toBe(0)
  vi.advanceTimersByTime(5_000)
  expect(deadline.signal.aborted).toBe(false)
  vi.useRealTimers()
})
