/** Line 2: connect → list → validate → namespace → publish, per upstream, in the background; nothing here ever delays a request or another upstream. */
import type { Logger } from 'pino'
import type { Connection } from '../upstream/connection.ts'
import { type OpenDeps, openConnection } from '../upstream/open.ts'
import type { Upstream } from '../upstream/upstream.ts'
import { type CatalogHolder, countByKind, type UpstreamCatalog } from './catalog.ts'
import { listAll } from './list-all.ts'
import { namespace } from './namespace.ts'
import type { Snapshot, SnapshotFile } from './snapshot.ts'
import { validate } from './validate.ts'
import { createWaker, type Waker } from './waker.ts'

/** What the line needs for one upstream. */
export interface CatalogLine {
  upstream: Upstream
  holder: CatalogHolder
  open: OpenDeps
  snapshots: SnapshotFile
  log: Logger
}

/** A running line. */
export interface RunningLine {
  /** Lists again now, e.g. because a call found the upstream gone. */
  nudge(): void
  stop(): Promise<void>
}

const FIRST_RETRY_MS = 250
const MAX_RETRY_MS = 10_000
/** A connection that lived this long was no crash loop. */
const STABLE_MS = 15_000
/** A legacy verdict succeeds silently for ever, so it is dated and proved again. */
const ERA_VERDICT_MS = 24 * 60 * 60 * 1_000
/** List changes come in bursts: the first is acted on after this pause, which the others join. */
const SETTLE_MS = 50

/** Starts the line of one upstream; it runs until it is stopped. */
export function runCatalogLine(line: CatalogLine): RunningLine {
  const stopping = new AbortController()
  const waker = createWaker()
  line.upstream.onTrouble = waker.wake
  // What the last run knew is listed until the upstream itself has answered.
  const known = line.snapshots.load()
  if (known) publish(line, known)
  const running = keepConnected(line, waker, stopping.signal)
  return {
    nudge: waker.wake,
    async stop() {
      stopping.abort()
      waker.wake()
      await running
    },
  }
}

async function keepConnected(line: CatalogLine, waker: Waker, signal: AbortSignal): Promise<void> {
  const { upstream, log } = line
  let retryMs = FIRST_RETRY_MS
  while (!signal.aborted) {
    const startedAtMs = Date.now()
    try {
      await connectOnce(line, waker, signal)
    } catch (error) {
      log.warn({ upstream: upstream.id, err: error }, 'upstream is down')
      upstream.down((error as Error).message.replace(/^[^:]*: /, ''))
    }
    if (signal.aborted) return
    if (Date.now() - startedAtMs > STABLE_MS) retryMs = FIRST_RETRY_MS
    waker.rest()
    await waker.sleep(retryMs * (0.8 + Math.random() * 0.4), signal)
    retryMs = Math.min(retryMs * 2, MAX_RETRY_MS)
  }
}

/** connect → (list → … → publish)*, until the connection ends. Throws when it never was of use. */
async function connectOnce(line: CatalogLine, waker: Waker, signal: AbortSignal): Promise<void> {
  const { upstream, log } = line
  const connection = await openConnection(line.open, signal)
  const life = { endedBy: undefined as string | undefined }
  void connection.ended.then((reason) => {
    life.endedBy = reason
    waker.wake()
  })
  connection.onListChanged = waker.wake
  try {
    await refresh(line, connection)
    upstream.up(connection)
    await keepFresh({ line, connection, waker, signal, life })
    if (!signal.aborted) log.warn({ upstream: upstream.id, reason: life.endedBy }, 'upstream connection ended')
  } finally {
    upstream.down(life.endedBy ?? 'the connection was closed')
    await connection.close()
  }
}

interface Fresh {
  line: CatalogLine
  connection: Connection
  waker: Waker
  signal: AbortSignal
  life: { endedBy: string | undefined }
}

async function keepFresh({ line, connection, waker, signal, life }: Fresh): Promise<void> {
  const provedAtMs = Date.now()
  while (!signal.aborted && life.endedBy === undefined) {
    await waker.sleep(line.upstream.config.refreshMs, signal)
    if (signal.aborted || life.endedBy !== undefined) return
    if (connection.identity.era === 'legacy' && Date.now() - provedAtMs > ERA_VERDICT_MS) return
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
    waker.rest()
    try {
      await refresh(line, connection)
    } catch (error) {
      life.endedBy = (error as Error).message.replace(/^[^:]*: /, '')
    }
  }
}

/** list → validate → namespace → publish. */
async function refresh(line: CatalogLine, connection: Connection): Promise<void> {
  const { upstream, open, log } = line
  const snapshot = {
    identity: connection.identity,
    lists: await listAll(upstream.id, connection, await open.credential()),
  }
  const part = publish(line, snapshot)
  for (const each of part.leftOut) log.warn({ upstream: upstream.id, ...each }, 'definition left out')
  log.info({ upstream: upstream.id, era: connection.identity.era, ...countByKind(part) }, 'catalog published')
  await line.snapshots
    .save(snapshot)
    .catch((err) => log.warn({ upstream: upstream.id, err }, 'cannot keep the catalog for the next start'))
}

function publish({ upstream, holder }: CatalogLine, { identity, lists }: Snapshot): UpstreamCatalog {
  const { definitions, leftOut } = validate(upstream.id, upstream.config, lists)
  const part: UpstreamCatalog = {
    id: upstream.id,
    title: upstream.config.title ?? upstream.id,
    identity,
    isNamespaced: upstream.config.namespace !== 'none',
    entries: namespace(upstream.id, upstream.config, definitions),
    leftOut,
  }
  holder.publish(part)
  return part
}
