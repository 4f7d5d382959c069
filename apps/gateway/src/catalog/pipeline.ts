/** Line 2: connect → list → validate → pin → namespace → publish, per upstream, in the background; nothing here ever delays a request or another upstream. */
import type { UpstreamConfig } from '../config/schema.ts'
import { GatewayError } from '../errors.ts'
import { reasonOf } from '../upstream/answer.ts'
import { createCallerChildren, openConnection } from '../upstream/open.ts'
import type { CallerChildren } from '../upstream/stdio/caller-children.ts'
import { keepFresh } from './keep-fresh.ts'
import { prefixOf } from './namespace.ts'
import { type CatalogLine, createListing, type Refresh } from './refresh.ts'
import type { Snapshot } from './snapshot.ts'
import { createWaker, type Waker } from './waker.ts'

/** A running line. */
export interface RunningLine {
  /** Puts other settings in force that the connection is not made of: what is known is judged by them at once. */
  configure(config: UpstreamConfig): void
  /** Lists again, or connects again, without waiting for the timer. */
  refresh(): void
  /** Judges what is known once more, because something was approved. */
  republish(): void
  /** What was listed last, for a line that takes over. */
  known(): Snapshot | undefined
  /** Lists no more, and closes the connection when `drained` has resolved. */
  stop(drained?: Promise<unknown>): Promise<void>
}

const FIRST_RETRY_MS = 250
const MAX_RETRY_MS = 10_000
/** A connection that lived this long was no crash loop. */
const STABLE_MS = 15_000
/** Calls that fail all the time must not have the lists read all the time. */
const TROUBLE_GAP_MS = 5_000
/** An upstream that is down and called is tried again sooner than by itself, but not with every call. */
const WANTED_GAP_MS = 1_000

/**
 * Starts the line of one upstream; it runs until it is stopped.
 * @param before what it connects after; what is known already is listed at once
 */
export function runCatalogLine(line: CatalogLine, before?: Promise<unknown>): RunningLine {
  const stopping = new AbortController()
  const drained = Promise.withResolvers<void>()
  const waker = createWaker()
  const { upstream, holder } = line
  holder.reserve(upstream.id, prefixOf(upstream.config))
  const readAgain = atMostEvery(TROUBLE_GAP_MS, waker.wake)
  const connectAgain = atMostEvery(WANTED_GAP_MS, waker.wake)
  upstream.onTrouble = () => (upstream.connection ? readAgain() : connectAgain())
  const children = createCallerChildren(line.open)
  const { refresh, republish, known } = createListing(line)
  const running = { line, refresh, waker, children, signal: stopping.signal, drained: drained.promise }
  const done = before ? before.then(() => keepConnected(running)) : keepConnected(running)
  return {
    known,
    republish,
    refresh: waker.wake,
    configure(config) {
      upstream.configure(config)
      holder.reserve(upstream.id, prefixOf(config))
      republish()
      // How often it is listed may have changed too.
      waker.wake()
    },
    async stop(until) {
      stopping.abort()
      waker.wake()
      await until
      drained.resolve()
      await Promise.all([done, children?.end()])
    },
  }
}

interface Running {
  line: CatalogLine
  refresh: Refresh
  waker: Waker
  children: CallerChildren | undefined
  signal: AbortSignal
  /** Resolves when a line that was stopped needs its connection no more. */
  drained: Promise<void>
}

async function keepConnected(running: Running): Promise<void> {
  const { waker, signal } = running
  const { upstream, log } = running.line
  let retryMs = FIRST_RETRY_MS
  while (!signal.aborted) {
    const startedAtMs = Date.now()
    try {
      await connectOnce(running)
    } catch (error) {
      if (!signal.aborted) log.warn({ upstream: upstream.id, err: error }, 'upstream is down')
      upstream.down(reasonOf(error), error instanceof GatewayError ? error.code : undefined)
    }
    if (signal.aborted) return
    if (Date.now() - startedAtMs > STABLE_MS) retryMs = FIRST_RETRY_MS
    waker.rest()
    await waker.sleep(retryMs * (0.8 + Math.random() * 0.4), signal)
    retryMs = Math.min(retryMs * 2, MAX_RETRY_MS)
  }
}

/** connect → (list → … → publish)*, until the connection ends. Throws when it never was of use. */
async function connectOnce({ line, refresh, waker, children, signal, drained }: Running): Promise<void> {
  const { upstream, log } = line
  const connection = await openConnection(line.open, signal, children)
  // What woke the line so far wanted this connection.
  waker.rest()
  connection.onListChanged = waker.wake
  let reason = 'the connection was closed'
  try {
    const problem = await refresh(connection, signal)
    upstream.up(connection)
    upstream.listed(problem)
    reason = await keepFresh({ upstream, connection, refresh, waker, signal, log })
    if (!signal.aborted) log.warn({ upstream: upstream.id, reason }, 'upstream connection ended')
  } finally {
    upstream.down(reason)
    if (signal.aborted) await drained
    await connection.close()
  }
}

function atMostEvery(gapMs: number, act: () => void): () => void {
  let actedAtMs = Number.NEGATIVE_INFINITY
  return () => {
    const nowMs = performance.now()
    if (nowMs - actedAtMs < gapMs) return
    actedAtMs = nowMs
    act()
  }
}
