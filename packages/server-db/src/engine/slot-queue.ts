/** Hands out a fixed number of slots, one user each at a time, with a bounded queue before them. */
import { QueryFailure } from './query-failure.ts'
import type { SourceLimits } from './query-limits.ts'

/** Slots of any kind. */
export interface SlotQueue<Slot> {
  /** @throws {QueryFailure} `busy` when the queue is full or too slow, `canceled` when `signal` aborts meanwhile */
  take(signal: AbortSignal | undefined): Promise<Slot>
  release(slot: Slot): void
  load(): { busy: number; waiting: number }
}

/** @param slots as many as are used at a time */
export function createSlotQueue<Slot>(
  slots: readonly Slot[],
  limits: Pick<SourceLimits, 'maxWaiting' | 'maxWaitMs'>,
): SlotQueue<Slot> {
  const free = [...slots]
  const waiting: ((slot: Slot) => void)[] = []
  return {
    async take(signal) {
      const slot = free.shift()
      if (slot) return slot
      if (signal?.aborted) throw new QueryFailure('canceled', 'The call was canceled.')
      if (waiting.length >= limits.maxWaiting) throw new QueryFailure('busy', 'Too many queries are waiting.')
      return waitForSlot(waiting, limits.maxWaitMs, signal)
    },
    release(slot) {
      const next = waiting.shift()
      if (next) next(slot)
      else free.unshift(slot)
    },
    load: () => ({ busy: slots.length - free.length, waiting: waiting.length }),
  }
}

async function waitForSlot<Slot>(
  waiting: ((slot: Slot) => void)[],
  maxWaitMs: number,
  signal: AbortSignal | undefined,
): Promise<Slot> {
  const { promise, resolve, reject } = Promise.withResolvers<Slot>()
  const leave = (failure: QueryFailure) => {
    const at = waiting.indexOf(resolve)
    if (at >= 0) waiting.splice(at, 1)
    reject(failure)
  }
  const onAbort = () => leave(new QueryFailure('canceled', 'The call was canceled.'))
  const timer = setTimeout(() => leave(new QueryFailure('busy', 'Other queries kept the database busy.')), maxWaitMs)
  signal?.addEventListener('abort', onAbort, { once: true })
  waiting.push(resolve)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}
