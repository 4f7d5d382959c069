/** Repeats a failed exchange when, and only when, repeating it cannot do anything twice and there is time left. */
import { setTimeout as sleep } from 'node:timers/promises'
import { retryAfterMs } from '../http/retry-after.ts'
import { TransportFailure } from '../http/transport-failure.ts'
import type { VendorReply } from '../http/vendor-dialect.ts'

const BASE_DELAY_MS = 150
const RETRIED_STATUSES = [502, 503, 504]

/** How an exchange ended, told as a value: both ends are ordinary. */
export type ExchangeOutcome = VendorReply | TransportFailure

/** When to repeat. */
export interface RetryPolicy {
  /** 0 for anything that is not safe to repeat. */
  maxRetries: number
  /** A first sending may do what a second one is refused: its end stays unknown then. */
  isWrite: boolean
  /** Epoch milliseconds; no pause reaches beyond it. */
  deadlineMs: number
  signal: AbortSignal
  /** Whether an answer means "slow down". */
  isLimited(reply: VendorReply): boolean
}

/**
 * Runs `attempt`, and again after a broken connection, a slow answer, a 502, 503 or 504 and a limit, with a growing, jittered
 * pause or the one that the API names. cockatiel's own retry sleeps on when a caller cancels, so the loop is ours.
 */
export async function exchangeWithRetries(
  attempt: () => Promise<VendorReply>,
  policy: RetryPolicy,
): Promise<ExchangeOutcome> {
  let doubt: ExchangeOutcome | undefined
  for (let retries = 0; ; retries++) {
    const latest = await attempt().catch(toOutcome)
    if (policy.isWrite && mayHaveActed(latest)) doubt ??= latest
    const outcome = isSuccess(latest) ? latest : (doubt ?? latest)
    if (retries >= policy.maxRetries || policy.signal.aborted) return outcome
    const delayMs = pauseBefore(latest, retries, policy)
    if (delayMs === undefined || Date.now() + delayMs >= policy.deadlineMs) return outcome
    const slept = await sleep(delayMs, true, { signal: policy.signal }).catch(() => false)
    if (!slept) return outcome
  }
}

function isSuccess(outcome: ExchangeOutcome): boolean {
  return !(outcome instanceof TransportFailure) && outcome.status < 300
}

function mayHaveActed(outcome: ExchangeOutcome): boolean {
  return outcome instanceof TransportFailure ? outcome.maybeSent : outcome.status >= 500
}

function toOutcome(error: unknown): TransportFailure {
  if (error instanceof TransportFailure) return error
  throw error
}

/** Milliseconds to wait, or undefined when repeating is no use. */
function pauseBefore(outcome: ExchangeOutcome, retries: number, policy: RetryPolicy): number | undefined {
  const jitteredMs = BASE_DELAY_MS * 2 ** retries * (0.5 + Math.random())
  if (outcome instanceof TransportFailure)
    return ['not_sent', 'lost', 'timeout'].includes(outcome.reason) ? jitteredMs : undefined
  const named = retryAfterMs(outcome.headers, Date.now())
  // A limit that names no pause is not over in a moment.
  if (policy.isLimited(outcome)) return named === undefined ? undefined : named + jitteredMs / 4
  if (!RETRIED_STATUSES.includes(outcome.status)) return undefined
  return Math.max(jitteredMs, named ?? 0)
}
