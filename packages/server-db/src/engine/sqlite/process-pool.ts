/** A few child processes of one source and the queue before them: a query past its time is ended with its process, and hurts nobody else's. */
import { QueryFailure } from '../query-failure.ts'
import type { SourceLimits } from '../query-limits.ts'
import type { StreamBatch } from './read-rows.ts'
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
  run(job: SourceJob, bounds: JobBounds, onPart?: (part: StreamBatch) => Promise<void>): Promise<SourceReply>
  load(): PoolLoad
  close(): Promise<void>
}

/** How busy a pool is. */
export interface PoolLoad {
  open: number
  busy: number
  waiting: number
}

interface Slot {
  process?: SourceProcess
}

/**
 * @param start starts one process
 */
export function createProcessPool(
  start: () => Promise<SourceProcess>,
  limits: Pick<SourceLimits, 'connections' | 'maxWaiting' | 'maxWaitMs'>,
): ProcessPool {
  const slots: Slot[] = Array.from({ length: limits.connections }, () => ({}))
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
    if (waiting.length >= limits.maxWaiting) throw new QueryFailure('busy', 'Too many queries are waiting.')
    return waitForSlot(waiting, limits.maxWaitMs, signal)
  }

  return {
    async run(job, { timeoutMs, signal }, onPart) {
      const slot = await take(signal)
      try {
        if (isClosed) throw new QueryFailure('unavailable', 'The database is closing.')
        if (!slot.process?.isAlive()) slot.process = await start()
        return await runBounded(slot.process, { timeoutMs, signal }, (child) => child.run(job, onPart))
      } finally {
        release(slot)
      }
    },
    load: () => ({
      open: slots.filter((slot) => slot.process?.isAlive()).length,
      busy: slots.length - free.length,
      waiting: waiting.length,
    }),
    async close() {
      isClosed = true
      await Promise.all(slots.map((slot) => slot.process?.kill()))
    },
  }
}

async function waitForSlot(
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

async function runBounded(
  child: SourceProcess,
  { timeoutMs, signal }: JobBounds,
  job: (child: SourceProcess) => Promise<SourceReply>,
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
    return await job(child)
  } catch (error) {
    throw ending ?? error
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}
