/** A few child processes of one source and the queue before them: a query past its time is ended with its process, and hurts nobody else's. */
import { QueryFailure } from '../query-failure.ts'
import type { SourceJob, SourceReply } from './source-job.ts'
import type { SourceProcess } from './source-process.ts'

/** The bounds of one job. */
export interface JobBounds {
  timeoutMs: number
  signal?: AbortSignal
}

/** Runs jobs on processes that it starts when needed and replaces when they end. */
export interface ProcessPool {
  /** @throws {QueryFailure} `timeout`, `canceled`, `busy`, `too_heavy`, `unavailable` */
  run(job: SourceJob, bounds: JobBounds): Promise<SourceReply>
  isBusy(): boolean
  close(): Promise<void>
}

interface Slot {
  process?: SourceProcess
}

const MAX_WAITING = 32
const MAX_WAIT_MS = 10_000

/**
 * @param start starts one process
 * @param size most processes at a time
 */
export function createProcessPool(start: () => Promise<SourceProcess>, size: number): ProcessPool {
  const slots: Slot[] = Array.from({ length: size }, () => ({}))
  const free = [...slots]
  const waiting: ((slot: Slot) => void)[] = []
  let isClosed = false

  function release(slot: Slot): void {
    const next = waiting.shift()
    if (next) next(slot)
    else free.unshift(slot)
  }

  async function take(signal: AbortSignal | undefined): Promise<Slot> {
    const slot = free.shift()
    if (slot) return slot
    if (waiting.length >= MAX_WAITING) throw new QueryFailure('busy', 'Too many queries are waiting.')
    return waitForSlot(waiting, signal)
  }

  return {
    async run(job, { timeoutMs, signal }) {
      const slot = await take(signal)
      try {
        if (isClosed) throw new QueryFailure('unavailable', 'The database is closing.')
        if (!slot.process?.isAlive()) slot.process = await start()
        return await runBounded(slot.process, job, { timeoutMs, signal })
      } finally {
        release(slot)
      }
    },
    isBusy: () => free.length === 0,
    async close() {
      isClosed = true
      await Promise.all(slots.map((slot) => slot.process?.kill()))
    },
  }
}

async function waitForSlot(waiting: ((slot: Slot) => void)[], signal: AbortSignal | undefined): Promise<Slot> {
  const { promise, resolve, reject } = Promise.withResolvers<Slot>()
  const leave = (failure: QueryFailure) => {
    const at = waiting.indexOf(resolve)
    if (at >= 0) waiting.splice(at, 1)
    reject(failure)
  }
  const onAbort = () => leave(new QueryFailure('canceled', 'The call was canceled.'))
  const timer = setTimeout(() => leave(new QueryFailure('busy', 'Other queries kept the database busy.')), MAX_WAIT_MS)
  signal?.addEventListener('abort', onAbort, { once: true })
  waiting.push(resolve)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}

async function runBounded(
  child: SourceProcess,
  job: SourceJob,
  { timeoutMs, signal }: JobBounds,
): Promise<SourceReply> {
  let ending: QueryFailure | undefined
  const end = (failure: QueryFailure) => {
    ending ??= failure
    void child.kill()
  }
  const onAbort = () => end(new QueryFailure('canceled', 'The call was canceled.'))
  if (signal?.aborted) throw new QueryFailure('canceled', 'The call was canceled.')
  const timer = setTimeout(
    () => end(new QueryFailure('timeout', `The query ran longer than ${timeoutMs} ms and was stopped.`)),
    timeoutMs,
  )
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    return await child.run(job)
  } catch (error) {
    throw ending ?? error
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}
