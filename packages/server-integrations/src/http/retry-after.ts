/** Reads how long a third-party API asks its callers to wait. */
import type { Reply } from './exchange.ts'

const MAX_WAIT_MS = 24 * 60 * 60 * 1_000

/**
 * The wait in milliseconds from `Retry-After` (seconds or a date) or `X-RateLimit-Reset` (epoch seconds).
 * @returns undefined when the answer names none
 */
export function retryAfterMs(headers: Reply['headers'], nowMs: number): number | undefined {
  const asked = String(headers['retry-after'] ?? '')
  const reset = String(headers['x-ratelimit-reset'] ?? '')
  if (/^\d+$/.test(asked)) return bounded(Number(asked) * 1_000)
  if (asked && !Number.isNaN(Date.parse(asked))) return bounded(Date.parse(asked) - nowMs)
  if (/^\d+$/.test(reset)) return bounded(Number(reset) * 1_000 - nowMs)
  return undefined
}

function bounded(ms: number): number {
  return Math.min(Math.max(ms, 0), MAX_WAIT_MS)
}
