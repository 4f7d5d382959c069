/** Keeps one connection's trouble to itself: so many calls at a time, and none while the API is down. */
import { TransportFailure } from '../http/transport-failure.ts'
import type { ExchangeOutcome } from './exchange-with-retries.ts'
import type { RequestBounds } from './request-bounds.ts'

const BUSY_WAIT_MS = 1_000

export interface Guard {
  /** Runs it when there is a place and the API is not known to be down; else ends without having sent anything. */
  run(send: () => Promise<ExchangeOutcome>, signal: AbortSignal): Promise<ExchangeOutcome>
  isOpen(): boolean
}

/** Opens the guard of one connection; cockatiel is loaded now. */
export async function openGuard(bounds: RequestBounds): Promise<Guard> {
  const { bulkhead, CircuitState, circuitBreaker, ConsecutiveBreaker, handleWhenResult } = await import('cockatiel')
  const { BrokenCircuitError, BulkheadRejectedError } = await import('cockatiel')
  let openedAtMs = 0
  const places = bulkhead(bounds.maxConcurrent, bounds.maxQueued)
  const breaker = circuitBreaker(
    handleWhenResult((outcome) => isTrouble(outcome as ExchangeOutcome, breaker.state === CircuitState.HalfOpen)),
    { halfOpenAfter: bounds.breakerOpenMs, breaker: new ConsecutiveBreaker(bounds.breakerFailures) },
  )
  breaker.onBreak(() => {
    openedAtMs = Date.now()
  })
  const refused = (error: unknown): TransportFailure => {
    if (error instanceof BulkheadRejectedError)
      return new TransportFailure('busy', 'too many calls wait for it already', { waitMs: BUSY_WAIT_MS })
    if (!(error instanceof BrokenCircuitError)) throw error
    const waitMs = Math.max(0, openedAtMs + bounds.breakerOpenMs - Date.now())
    return new TransportFailure('circuit_open', 'it failed repeatedly and is left alone for a while', { waitMs })
  }
  return {
    isOpen: () => breaker.state === CircuitState.Open,
    run(send, signal) {
      let hasPlace = false
      const running = places
        .execute(() => {
          hasPlace = true
          return signal.aborted ? noPlace() : breaker.execute(send)
        })
        .catch(refused)
      return Promise.race([running, leavesQueue(signal, () => hasPlace)])
    },
  }
}

/** Whoever waits for a place goes when the time is up; who has one answers for what was sent. */
function leavesQueue(signal: AbortSignal, hasPlace: () => boolean): Promise<TransportFailure> {
  return new Promise((resolve) => {
    const leave = () => {
      if (!hasPlace()) resolve(noPlace())
    }
    signal.addEventListener('abort', leave, { once: true })
  })
}

function noPlace(): TransportFailure {
  return new TransportFailure('busy', 'no place came free in time', { waitMs: BUSY_WAIT_MS })
}

/** An attempt to heal that is cancelled proves nothing, so it does not close the circuit. */
function isTrouble(outcome: ExchangeOutcome, isProbe: boolean): boolean {
  if (!(outcome instanceof TransportFailure)) return outcome.status >= 500
  return ['not_sent', 'lost', 'timeout'].includes(outcome.reason) || (isProbe && outcome.reason === 'cancelled')
}
