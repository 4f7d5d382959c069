/** A few child processes of one source and the queue before them: a query past its time is ended with its process, and hurts nobody else's. */
import { QueryFailure } from '../query-failure.ts'
import type { SourceLimits } from '../query-limits.ts'
import { createSlotQueue } from '../slot-queue.ts'
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
  const queue = createSlotQueue(slots, limits)
  let isClosed = false

  return {
    async run(job, { timeoutMs, signal }, onPart) {
      const slot = await queue.take(signal)
      try {
        if (isClosed) throw new QueryFailure('unavailable', 'The database is closing.')
        if (!slot.process?.isAlive()) slot.process = await start()
        return await runBounded(slot.process, { timeoutMs, signal }, (child) => child.run(job, onPart))
      } finally {
        queue.release(slot)
      }
    },
    load: () => ({
      open: slots.filter((slot) => slot.process?.isAlive()).length,
      ...queue.load(),
    }),
    async close() {
      isClosed = true
      await Promise.all(slots.map((slot) => slot.process?.kill()))
    },
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
