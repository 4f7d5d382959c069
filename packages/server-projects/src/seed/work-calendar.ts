/** Puts seeded events at times when people work, and never after now. */
import type { SeededRandom } from './seeded-random.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** The instant without its seconds. */
export function toMinute(ms: number): number {
  return Math.floor(ms / MINUTE_MS) * MINUTE_MS
}

/** A moment of work about `days` after `fromMs`, later than it; `undefined` when that is still to come. */
export function laterAtWork(
  fromMs: number,
  days: number,
  { random, nowMs }: { random: SeededRandom; nowMs: number },
): number | undefined {
  const dayMs = Math.floor((fromMs + days * DAY_MS) / DAY_MS) * DAY_MS
  const weekday = new Date(dayMs).getUTCDay()
  const shiftDays = weekday === 6 ? 2 : weekday === 0 ? 1 : 0
  const atMs = dayMs + shiftDays * DAY_MS + random.between(8 * 60, 17 * 60) * MINUTE_MS
  const laterMs = atMs > fromMs ? atMs : fromMs + random.between(5, 90) * MINUTE_MS
  return laterMs < nowMs ? laterMs : undefined
}
