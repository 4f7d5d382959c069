/** Repeats a failed exchange when, and only when, repeating it cannot do anything twice. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Reply } from './exchange.ts'
import { TransportFailure } from './transport-failure.ts'

const BASE_DELAY_MS = 150
const RETRIED_STATUSES = [502, 503, 504]

/** How an exchange ended, told as a value: both ends are ordinary. */
export type ExchangeOutcome = Reply | TransportFailure

/**
 * Runs `attempt`, again up to `maxAttempts` times after a broken connection or a 502, 503 or 504, with a growing, jittered pause.
 * @param policy.maxAttempts 1 for anything that is not safe to repeat
 */
export async function exchangeWithRetries(
  attempt: () => Promise<Reply>,
  policy: { maxAttempts: number; signal: AbortSignal },
): Promise<ExchangeOutcome> {
  for (let made = 1; ; made++) {
    const outcome = await attempt().catch(toOutcome)
    if (made >= policy.maxAttempts || !isWorthRepeating(outcome)) return outcome
    const delayMs = BASE_DELAY_MS * 2 ** (made - 1) * (0.5 + Math.random())
    const slept = await sleep(delayMs, true, { signal: policy.signal }).catch(() => false)
    if (!slept) return outcome
  }
}

function toOutcome(error: unknown): TransportFailure {
  if (error instanceof TransportFailure) return error
  throw error
}

function isWorthRepeating(outcome: ExchangeOutcome): boolean {
  if (outcome instanceof TransportFailure) return outcome.reason === 'not_sent' || outcome.reason === 'lost'
  // An API that names its own pause is not asked again before it has passed.
  return RETRIED_STATUSES.includes(outcome.status) && outcome.headers['retry-after'] === undefined
}
