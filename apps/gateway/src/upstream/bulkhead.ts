/** Bounds how many calls an upstream serves at once, with a short queue, so that a slow one cannot hold everybody's calls. */
import { GatewayError } from '../errors.ts'
import type { CallSignal } from './call-signal.ts'

export interface Bulkhead {
  readonly inFlight: number
  /**
   * Takes a place if one is free.
   * @returns the function that gives it back
   */
  tryEnter(): (() => void) | undefined
  /**
   * Waits for a place.
   * @returns the function that gives it back
   * @throws GatewayError upstream_overloaded when the queue is full; what the signal was aborted with while waiting
   */
  enter(signal: CallSignal): Promise<() => void>
}

const RETRY_AFTER_MS = 500

/** @param places calls at once; as many again may wait */
export function createBulkhead(upstream: string, places: number): Bulkhead {
  const waiting = new Set<() => void>()
  let inFlight = 0
  // A place goes from hand to hand, so that no newcomer takes it from the one who waits.
  const leave = () => {
    const [next] = waiting
    if (!next) {
      inFlight--
      return
    }
    waiting.delete(next)
    next()
  }
  const tryEnter = () => {
    if (inFlight >= places) return undefined
    inFlight++
    return leave
  }
  return {
    get inFlight() {
      return inFlight
    },
    tryEnter,
    async enter(signal) {
      signal.throwIfAborted()
      const free = tryEnter()
      if (free) return free
      if (waiting.size >= places) {
        throw new GatewayError(
          'upstream_overloaded',
          `Cannot call upstream "${upstream}": ${places} calls are under way and as many wait`,
          { upstream, retryAfterMs: RETRY_AFTER_MS },
        )
      }
      await place(waiting, signal)
      return leave
    },
  }
}

function place(waiting: Set<() => void>, signal: CallSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      waiting.delete(next)
      reject(signal.reason)
    }
    const next = () => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    }
    waiting.add(next)
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
