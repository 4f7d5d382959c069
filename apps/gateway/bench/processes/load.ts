/** The load generator: keeps a number of connections busy for a while, or opens idle streams, as its parent tells it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Dispatcher, Pool } from 'undici'
import type { Job, LoadResult } from '../job.ts'
import { LoadConnection, requestBytes } from '../load-connection.ts'

const streams: { abort(reason: Error): void }[] = []
const pending: { abort(reason: Error): void }[] = []
const NO_REQUESTS: LoadResult = { requests: 0, errors: 0, answerBytes: 0, seconds: 0, p50Ms: 0, p99Ms: 0 }

process.on('message', (job: Job) => {
  workOn(job).then(
    (result) => process.send?.(result),
    (error: Error) => process.send?.({ failure: error.message }),
  )
})
process.on('disconnect', () => process.exit())
process.send?.({ port: 0 })

async function workOn(job: Job): Promise<LoadResult> {
  if (job.kind === 'calls') return callFor(job)
  if (job.kind === 'streams') return openStreams(job)
  if (job.kind === 'pending') leavePending(job)
  else for (const controller of pending.splice(0)) controller.abort(new Error('released'))
  return NO_REQUESTS
}

async function callFor(job: Job): Promise<LoadResult> {
  const connections = await Promise.all(Array.from({ length: job.connections }, () => LoadConnection.open(job.origin)))
  const latenciesMs: number[] = []
  const tally = { errors: 0, bytes: 0 }
  const startMs = performance.now()
  const endMs = startMs + job.durationMs
  const ask = askInTurns(job)
  const worker = async (connection: LoadConnection, index: number) => {
    const pace = paceOf(job, startMs, index)
    for (let sentMs = await pace(); sentMs < endMs; sentMs = await pace()) {
      const bytes = await connection.send(ask())
      if (bytes < 0) tally.errors++
      tally.bytes = Math.max(tally.bytes, bytes)
      latenciesMs.push(performance.now() - sentMs)
      // Of a flood nobody wants what it could not send in time.
      if (job.mayBeRefused && performance.now() >= endMs) break
    }
    connection.close()
  }
  await Promise.all(connections.map(worker))
  const elapsedMs = performance.now() - startMs
  const sorted = Float64Array.from(latenciesMs).sort()
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] as number
  return {
    requests: sorted.length,
    errors: tally.errors,
    answerBytes: tally.bytes,
    seconds: elapsedMs / 1_000,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  }
}

/** Waits for the time of a connection's next request, and says from when its answer is waited for: a turn that comes late counts as waiting. */
function paceOf({ perSecond, connections }: Job, startMs: number, index: number): () => number | Promise<number> {
  if (perSecond === undefined) return () => performance.now()
  const everyMs = (connections * 1_000) / perSecond
  let dueMs = startMs + (everyMs * index) / connections
  return async () => {
    const sentMs = dueMs
    dueMs += everyMs
    const earlyMs = sentMs - performance.now()
    if (earlyMs <= 0) return sentMs
    await sleep(earlyMs)
    // Timers are late by up to a millisecond, which is nobody's time.
    return performance.now()
  }
}

/** What to send next: the same all the time, or with another agent's key each time. */
function askInTurns(job: Job): () => Buffer {
  const { keys = [], headers } = job
  const jobs = keys.map((key) => ({ ...job, headers: { ...headers, authorization: `Bearer ${key}` } }))
  const requests = (jobs.length === 0 ? [job] : jobs).map(requestBytes)
  let next = 0
  return () => requests[next++ % requests.length] as Buffer
}

function leavePending({ origin, connections, path, headers, body }: Job): void {
  const pool = new Pool(origin, { connections: null, headersTimeout: 0, bodyTimeout: 0 })
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart: (controller) => void pending.push(controller),
    onResponseStart() {},
    onResponseData() {},
    onResponseEnd() {},
    onResponseError() {},
  }
  for (let sent = 0; sent < connections; sent++) pool.dispatch({ method: 'POST', path, headers, body }, { ...handler })
}

async function openStreams(job: Job): Promise<LoadResult> {
  const startMs = performance.now()
  const pool = new Pool(job.origin, { connections: null, headersTimeout: 30_000, bodyTimeout: 0 })
  let errors = 0
  for (let opened = 0; opened < job.connections; opened += 50) {
    const batch = Array.from({ length: Math.min(50, job.connections - opened) }, () => openStream(pool, job))
    errors += (await Promise.all(batch)).filter((isOpen) => !isOpen).length
  }
  const seconds = (performance.now() - startMs) / 1_000
  return { requests: job.connections, errors, answerBytes: 0, seconds, p50Ms: 0, p99Ms: 0 }
}

/** Resolves with the stream's first bytes, which are its acknowledgement; the stream stays open. */
function openStream(pool: Pool, { path, headers, body }: Job): Promise<boolean> {
  return new Promise((resolve) => {
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: (controller) => void streams.push(controller),
      onResponseStart(_controller, status) {
        if (status !== 200) resolve(false)
      },
      onResponseData: () => resolve(true),
      onResponseEnd: () => resolve(false),
      onResponseError: () => resolve(false),
    }
    pool.dispatch({ method: 'POST', path, headers, body }, handler)
  })
}
