/** The connections of one Postgres source and the queue before them; each use is one transaction that leaves nothing behind. */
import { quoteName } from '../../quote-name.ts'
import { QueryFailure } from '../query-failure.ts'
import { CONNECT_TIMEOUT_MS, type SourceLimits } from '../query-limits.ts'
import { createSlotQueue } from '../slot-queue.ts'
import { cancelBackend } from './cancel-backend.ts'
import { connectDb, type DbClient } from './db-client.ts'
import { toQueryFailure } from './safe-error.ts'

/** The bounds of one use of a connection. */
export interface SessionBounds {
  timeoutMs: number
  signal?: AbortSignal | undefined
}

/** Runs work in transactions. */
export interface SessionPool {
  /** @throws {QueryFailure} `timeout`, `canceled`, `busy`, `unavailable`, or what the work throws */
  use<Result>(bounds: SessionBounds, work: (client: DbClient) => Promise<Result>): Promise<Result>
  load(): { open: number; busy: number; waiting: number }
  close(): Promise<void>
}

/** What a pool is made with. */
export interface PoolOptions {
  url: string
  access: 'READ ONLY' | 'ISOLATION LEVEL REPEATABLE READ, READ WRITE'
  /** Schemas behind `pg_catalog`, which triggers of the database may need. */
  searchPath?: readonly string[]
  limits: Pick<SourceLimits, 'connections' | 'maxWaiting' | 'maxWaitMs'>
  /** Looks at a new connection before its first use; throws when it must not be used. */
  admit(client: DbClient): Promise<void>
}

interface Slot {
  client?: DbClient
}

// A statement that was told to stop and goes on for so long loses its connection.
const STOP_WITHIN_MS = 700
const LOCK_TIMEOUT_MS = 1_000
// Should this process be gone or stuck in the middle of a transaction.
const IDLE_TIMEOUT_MS = 60_000

const SETTINGS = `SELECT pg_catalog.pg_backend_pid() AS pid, set_config('search_path', $4, true), set_config('standard_conforming_strings', 'on', true),
  set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, YMD', true), set_config('IntervalStyle', 'postgres', true),
  set_config('bytea_output', 'hex', true), set_config('extra_float_digits', '1', true), set_config('statement_timeout', $1, true),
  set_config('lock_timeout', $2, true), set_config('idle_in_transaction_session_timeout', $3, true)`

/** Connects with the first use. */
export function createSessionPool(options: PoolOptions): SessionPool {
  const slots: Slot[] = Array.from({ length: options.limits.connections }, () => ({}))
  const queue = createSlotQueue(slots, options.limits)
  const releasing = new Set<Promise<void>>()
  let isClosed = false

  return {
    async use(bounds, work) {
      const slot = await queue.take(bounds.signal)
      try {
        if (isClosed) throw new QueryFailure('unavailable', 'The database is closing.')
        if (!slot.client?.isAlive) slot.client = await connect(options)
        return await runBounded(slot.client, options, bounds, work)
      } catch (error) {
        throw toQueryFailure(error)
      } finally {
        // The caller need not wait for the cleaning, the next user does.
        const released = release(slot).finally(() => {
          releasing.delete(released)
          queue.release(slot)
        })
        releasing.add(released)
      }
    },
    load: () => ({ open: slots.filter((slot) => slot.client?.isAlive).length, ...queue.load() }),
    async close() {
      isClosed = true
      await Promise.all(releasing)
      await Promise.all(slots.map((slot) => slot.client?.end()))
    },
  }
}

async function connect({ url, admit }: PoolOptions): Promise<DbClient> {
  const client = await connectDb(url)
  try {
    await admit(client)
    return client
  } catch (error) {
    client.destroy()
    throw error
  }
}

async function runBounded<Result>(
  client: DbClient,
  options: PoolOptions,
  { timeoutMs, signal }: SessionBounds,
  work: (client: DbClient) => Promise<Result>,
): Promise<Result> {
  if (signal?.aborted) throw new QueryFailure('canceled', 'The call was canceled.')
  let ending: QueryFailure | undefined
  let pid: string | undefined
  let killer: NodeJS.Timeout | undefined
  let isOver = false
  const end = (failure: QueryFailure) => {
    if (ending) return
    ending = failure
    killer = setTimeout(() => client.destroy(), STOP_WITHIN_MS)
    if (pid === undefined) client.destroy()
    else cancelBackend(options.url, pid, () => isOver).catch(() => client.destroy())
  }
  const onAbort = () => end(new QueryFailure('canceled', 'The call was canceled.'))
  const timedOut = new QueryFailure('timeout', `The query ran longer than ${timeoutMs} ms and was stopped.`)
  const timer = setTimeout(() => end(timedOut), timeoutMs)
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    pid = await begin(client, options, timeoutMs)
    return await work(client)
  } catch (error) {
    const failure = toQueryFailure(error)
    throw ending ?? (failure.shape.kind === 'timeout' ? timedOut : failure)
  } finally {
    isOver = true
    clearTimeout(timer)
    clearTimeout(killer)
    signal?.removeEventListener('abort', onAbort)
    // A request to stop that comes late would hit the next statement of this connection.
    if (ending) client.destroy()
  }
}

/** @returns the backend's process id: behind a connection pooler it is not the one that the connection was told */
async function begin(client: DbClient, { access, searchPath = [] }: PoolOptions, timeoutMs: number): Promise<string> {
  // A connection whose other end is gone without a word says nothing, for minutes.
  const silent = setTimeout(() => client.destroy(), CONNECT_TIMEOUT_MS)
  try {
    await client.rows(`BEGIN TRANSACTION ${access}`, [])
    const path = ['pg_catalog', ...searchPath.map(quoteName)].join(', ')
    const bounds = [timeoutMs, LOCK_TIMEOUT_MS, IDLE_TIMEOUT_MS].map(String)
    const [row] = await client.rows(SETTINGS, [...bounds, path])
    return String(row?.pid)
  } finally {
    clearTimeout(silent)
  }
}

/** Nothing of a transaction outlives it: no lock, no setting, no prepared statement, no cursor, no temporary table. */
async function release(slot: Slot): Promise<void> {
  const { client } = slot
  if (!client?.isAlive) return
  const stuck = setTimeout(() => client.destroy(), STOP_WITHIN_MS)
  try {
    await client.rows('ROLLBACK', [])
    await client.rows('DISCARD ALL', [])
  } catch {
    client.destroy()
  } finally {
    clearTimeout(stuck)
  }
}
