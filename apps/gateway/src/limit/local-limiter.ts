/** Budgets by the minute, counted in this process: what was spent drains away evenly, so nothing has to be reset and what is idle can be forgotten. */
import type { Limiter } from './limiter.ts'

const MINUTE_MS = 60_000
/** The share of a call that sums of tenths may be off by. */
const ROUNDING = 1e-6

interface Bucket {
  /** Calls that are not drained yet. */
  spent: number
  atMs: number
}

/** A limiter that never waits. */
export interface LocalLimiter extends Limiter {
  spend(key: string, cost: number, perMinute: number): number
  /** Milliseconds until `cost` could be spent; 0 for now. Spends nothing. */
  waitOf(key: string, cost: number, perMinute: number): number
  /** Budgets that are remembered. */
  readonly size: number
}

/**
 * Makes a limiter. A full minute's budget may be spent at once; it comes back at its even rate. Whoever changes the rate keeps what was spent.
 * @param maxKeys budgets remembered, twice that many at most; beyond it the ones that rested longest are forgotten
 * @param now milliseconds of a clock that only goes forward
 */
export function createLocalLimiter(maxKeys = 100_000, now = () => performance.now()): LocalLimiter {
  // After a minute's rest nothing is left of what was spent, so whatever two minutes did not touch need not be remembered.
  let recent = new Map<string, Bucket>()
  let resting = new Map<string, Bucket>()
  let turnedAtMs = now()
  const turn = (nowMs: number) => {
    if (nowMs - turnedAtMs < MINUTE_MS && recent.size < maxKeys) return
    resting = recent
    recent = new Map()
    turnedAtMs = nowMs
  }
  const bucketOf = (key: string, nowMs: number): Bucket => {
    let bucket = recent.get(key)
    if (bucket) return bucket
    turn(nowMs)
    bucket = resting.get(key) ?? { spent: 0, atMs: nowMs }
    resting.delete(key)
    recent.set(key, bucket)
    return bucket
  }
  return {
    spend(key, cost, perMinute) {
      const nowMs = now()
      const bucket = bucketOf(key, nowMs)
      drain(bucket, perMinute, nowMs)
      const excess = bucket.spent + cost - perMinute
      if (excess > ROUNDING) return msFor(excess, perMinute)
      bucket.spent += cost
      return 0
    },
    giveBack(key, cost) {
      const bucket = recent.get(key) ?? resting.get(key)
      if (bucket) bucket.spent = Math.max(0, bucket.spent - cost)
    },
    waitOf(key, cost, perMinute) {
      const bucket = recent.get(key) ?? resting.get(key)
      if (!bucket) return 0
      drain(bucket, perMinute, now())
      const excess = bucket.spent + cost - perMinute
      return excess > ROUNDING ? msFor(excess, perMinute) : 0
    },
    get size() {
      return recent.size + resting.size
    },
  }
}

function drain(bucket: Bucket, perMinute: number, nowMs: number): void {
  const drained = ((nowMs - bucket.atMs) * perMinute) / MINUTE_MS
  bucket.spent = drained >= bucket.spent ? 0 : bucket.spent - drained
  bucket.atMs = nowMs
}

function msFor(excess: number, perMinute: number): number {
  return Math.ceil((excess * MINUTE_MS) / perMinute)
}
