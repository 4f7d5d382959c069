/** Bounds how many calls an upstream serves at once, with a short queue that is fair to agents, so that a slow upstream cannot hold everybody's calls and no agent all places. */
import { GatewayError } from '../errors.ts'
import type { CallSignal } from './call-signal.ts'
import { FairQueue } from './fair-queue.ts'

export interface Bulkhead {
  readonly inFlight: number
  /**
   * Takes a place if one is free.
   * @returns the function that gives it back
   */
  tryEnter(): (() => void) | undefined
  /**
   * Waits for a place.
   * @param agent whose call it is: agents that wait have places in turns
   * @returns the function that gives it back
   * @throws GatewayError upstream_overloaded when the queue is full, or another agent's call has a better right to it; what the signal was aborted with while waiting
   */
  enter(signal: CallSignal, agent?: string): Promise<() => void>
}

const RETRY_AFTER_MS = 500

/** @param places calls at once; as many again may wait */
export function createBulkhead(upstream: string, places: number): Bulkhead {
  const queue = new FairQueue(places)
  let inFlight = 0
  // A place goes from hand to hand, so that no newcomer takes it from the one who waits.
  const leave = () => {
    const next = queue.next()
    if (next) next.admit()
    else inFlight--
  }
  const tryEnter = () => {
    if (inFlight >= places) return undefined
    inFlight++
    return leave
  }
  const full = () =>
    new GatewayError(
      'upstream_overloaded',
      `Cannot call upstream "${upstream}": ${places} calls are under way and as many wait`,
      { upstream, retryAfterMs: RETRY_AFTER_MS },
    )
  return {
    get inFlight() {
      return inFlight
    },
    tryEnter,
    async enter(signal, agent = '') {
      signal.throwIfAborted()
      const free = tryEnter()
      if (free) return free
      await turn(queue, { signal, agent, full })
      return leave
    },
  }
}

function turn(
  queue: FairQueue,
  { signal, agent, full }: { signal: CallSignal; agent: string; full: () => GatewayError },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      queue.remove(waiting)
      reject(signal.reason)
    }
    const waiting = {
      agent,
      admit() {
        signal.removeEventListener('abort', onAbort)
        resolve()
      },
      giveUp() {
        signal.removeEventListener('abort', onAbort)
        reject(full())
      },
    }
    if (!queue.add(waiting)) throw full()
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
