/** What a connection has learned of an API's limits, so that a call that cannot succeed is not made. */
import type { LimitReading } from '../http/vendor-dialect.ts'

/** Buckets remembered at most; an API has a handful. */
const MAX_BUCKETS = 100

export interface RateGate {
  /** Milliseconds until a request may be sent; 0 for now. */
  waitMs(bucket: string, nowMs: number): number
  /** Counts a request before its answer tells the new state, so that requests at one time cannot all take the last place. */
  take(bucket: string): void
  learn(bucket: string, reading: LimitReading): void
  /** Nothing may be sent before `untilMs`. */
  pause(bucket: string, untilMs: number): void
}

interface Bucket {
  remaining: number
  resetAtMs: number
  pausedUntilMs: number
}

/** Makes the memory of one connection. */
export function createRateGate(): RateGate {
  const buckets = new Map<string, Bucket>()
  const bucketOf = (name: string): Bucket => {
    const known = buckets.get(name)
    if (known) return known
    if (buckets.size >= MAX_BUCKETS) buckets.delete(buckets.keys().next().value as string)
    const made = { remaining: Number.POSITIVE_INFINITY, resetAtMs: 0, pausedUntilMs: 0 }
    buckets.set(name, made)
    return made
  }
  return {
    waitMs(name, nowMs) {
      const { remaining, resetAtMs, pausedUntilMs } = bucketOf(name)
      return Math.max(0, pausedUntilMs - nowMs, remaining <= 0 ? resetAtMs - nowMs : 0)
    },
    take(name) {
      bucketOf(name).remaining -= 1
    },
    learn(name, reading) {
      const bucket = bucketOf(name)
      // Answers overtake each other: within one window only the lower count is the newer one.
      const isSameWindow = Math.abs(reading.resetAtMs - bucket.resetAtMs) < 1_000
      bucket.remaining = isSameWindow ? Math.min(bucket.remaining, reading.remaining) : reading.remaining
      bucket.resetAtMs = reading.resetAtMs
    },
    pause(name, untilMs) {
      const bucket = bucketOf(name)
      bucket.pausedUntilMs = Math.max(bucket.pausedUntilMs, untilMs)
    },
  }
}
