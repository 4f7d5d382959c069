/** Keeps the catalog of a live connection current: by timer, when the upstream says that a list changed, and when a call finds it in trouble. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { GatewayError } from '../errors.ts'
import { reasonOf } from '../upstream/answer.ts'
import type { Connection } from '../upstream/connection.ts'
import type { Upstream } from '../upstream/upstream.ts'
import type { Refresh } from './refresh.ts'
import type { Waker } from './waker.ts'

/** A connection that is to be kept fresh. */
export interface Fresh {
  upstream: Upstream
  connection: Connection
  refresh: Refresh
  waker: Waker
  /** Ends the line. */
  signal: AbortSignal
  log: Logger
}

/** List changes come in bursts: the first is acted on after this pause, which the others join. */
const SETTLE_MS = 50
/** However often an upstream calls, its lists are not read more often. */
const GAP_MS = 500
const RELIST_MS = 1_000
const OVERLOADED_MS = 15_000
/** One failed list may be an accident, and ending the connection would cost the calls under way. */
const MAX_FAILURES = 2
/** A legacy verdict succeeds silently for ever, so it is dated and proved again: when it is quiet, if it ever is. */
const ERA_QUIET_MS = 20 * 60 * 60 * 1_000
const ERA_MS = 24 * 60 * 60 * 1_000

/**
 * Refreshes until the connection or the line ends, or the upstream proves to be of no more use.
 * @returns why
 * @throws GatewayError gateway_loop
 */
export async function keepFresh(fresh: Fresh): Promise<string> {
  const { upstream, connection, waker, log } = fresh
  const life = lifeOf(fresh)
  const provedAtMs = Date.now()
  let listedAtMs = Date.now()
  let pauseMs = upstream.config.refreshMs
  let failures = 0
  for (;;) {
    await waker.sleep(pauseMs, life)
    if (isEraOld(upstream, connection, Date.now() - provedAtMs)) return 'its era is found out anew'
    await settle(listedAtMs, life)
    waker.rest()
    if (life.aborted) return life.reason as string
    const { error, problem } = await refreshed(fresh)
    listedAtMs = Date.now()
    if (error instanceof GatewayError && error.code === 'gateway_loop') throw error
    if (error && !life.aborted) log.warn({ upstream: upstream.id, err: error }, 'cannot refresh the catalog')
    upstream.listed(error ? reasonOf(error) : problem)
    failures = error && !isOverload(error) ? failures + 1 : 0
    if (failures === MAX_FAILURES) return reasonOf(error)
    pauseMs = error ? (failures > 0 ? RELIST_MS : OVERLOADED_MS) : upstream.config.refreshMs
  }
}

// Aborted, with the reason, when the connection ends or the line is stopped.
function lifeOf({ connection, waker, signal }: Fresh): AbortSignal {
  const life = new AbortController()
  const end = (reason: string) => {
    life.abort(reason)
    waker.wake()
  }
  void connection.ended.then(end)
  if (signal.aborted) end('the line was stopped')
  signal.addEventListener('abort', () => end('the line was stopped'), { once: true })
  return life.signal
}

async function refreshed({
  refresh,
  connection,
  signal,
}: Fresh): Promise<{ error?: unknown; problem?: string | undefined }> {
  try {
    return { problem: await refresh(connection, signal) }
  } catch (error) {
    return { error }
  }
}

async function settle(listedAtMs: number, life: AbortSignal): Promise<void> {
  const pauseMs = Math.max(SETTLE_MS, listedAtMs + GAP_MS - Date.now())
  await sleep(pauseMs, undefined, { signal: life }).catch(() => {})
}

function isEraOld({ config, bulkhead }: Upstream, { identity }: Connection, ageMs: number): boolean {
  if (identity.era !== 'legacy' || config.era !== 'auto' || config.url === undefined) return false
  return ageMs > ERA_MS || (ageMs > ERA_QUIET_MS && bulkhead.inFlight === 0)
}

function isOverload(error: unknown): boolean {
  return error instanceof GatewayError && error.code === 'upstream_overloaded'
}
