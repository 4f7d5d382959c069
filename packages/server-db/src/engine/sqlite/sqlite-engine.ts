/** The engine for SQLite files: every statement runs in a child process, on a guarded connection, under a watchdog. */
import { ADMIN } from '../../policy/source-policy.ts'
import { type Viewer, viewerKey } from '../../policy/viewer.ts'
import { createStatementCounts } from '../count-statements.ts'
import type { EngineOptions, QueryEngine, SourceHealth, TableFacts } from '../query-engine.ts'
import { QueryFailure } from '../query-failure.ts'
import { CONNECT_TIMEOUT_MS } from '../query-limits.ts'
import { ALLOWED_FUNCTIONS } from './allowed-functions.ts'
import { createProcessPool, type JobBounds, type ProcessPool } from './process-pool.ts'
import type { StreamBatch } from './read-rows.ts'
import type { SourceJob, SourceResults } from './source-job.ts'
import { startSourceProcess } from './source-process.ts'

const DESCRIPTION_TTL_MS = 30_000
const MAX_DESCRIPTIONS = 100
const MAX_MEMORY_BYTES = 512 * 1024 * 1024
const WATCHER: Viewer = { role: ADMIN, agent: 'health', user: null }

/** What a SQLite source is made of. */
export interface SqliteOptions extends EngineOptions {
  /** Path of the file. */
  file: string
  /** Path by which run_transaction writes; without it nothing does. */
  writeFile?: string
  /** A query whose process takes more is ended. */
  maxMemoryBytes?: number
}

/** Starts no process before the first query. */
export function createSqliteEngine(options: SqliteOptions): QueryEngine {
  const { file, writeFile, policy, hashKey, limits } = options
  const maxMemoryBytes = options.maxMemoryBytes ?? MAX_MEMORY_BYTES
  const pool = createProcessPool(
    () => startSourceProcess({ file, policy, hashKey, ...(writeFile ? { writeFile } : {}) }, maxMemoryBytes),
    limits,
  )
  const { counts, counted } = createStatementCounts()
  const describe = createDescriber((viewer) =>
    runJob(pool, { kind: 'describe', viewer }, { timeoutMs: limits.defaultTimeoutMs }),
  )
  return {
    kind: 'sqlite',
    canWrite: options.writeFile !== undefined,
    functions: ALLOWED_FUNCTIONS,
    describe,
    check: ({ viewer, sql, ...bounds }) => runJob(pool, { kind: 'explain', viewer, sql }, bounds),
    explain: ({ viewer, sql, ...bounds }) => runJob(pool, { kind: 'explain', viewer, sql }, bounds),
    run: ({ viewer, signal, timeoutMs, ...statement }) =>
      counted(runJob(pool, { kind: 'run', viewer, statement }, { timeoutMs, signal })),
    stream: ({ viewer, signal, timeoutMs, ...statement }, sink) => {
      const take = async ({ columns, rows }: StreamBatch) => {
        if (columns) sink.columns(columns)
        if (rows.length > 0) await sink.rows(rows)
      }
      return counted(runJob(pool, { kind: 'stream', viewer, statement }, { timeoutMs, signal }, take))
    },
    transact: ({ viewer, signal, timeoutMs, ...transaction }) =>
      counted(runJob(pool, { kind: 'transact', viewer, transaction }, { timeoutMs, signal })),
    async health() {
      const { open, busy, waiting } = pool.load()
      return {
        ...(await probe(pool)),
        connections: { limit: limits.connections, open, busy },
        queue: { limit: limits.maxWaiting, waiting },
        statements: { ...counts },
        warnings: [],
      }
    },
    close: () => pool.close(),
  }
}

/** Keeps what viewers see of the schema for a while, because every error and every search asks. */
function createDescriber(read: (viewer: Viewer) => Promise<TableFacts[]>): QueryEngine['describe'] {
  const known = new Map<string, { tables: TableFacts[]; untilMs: number }>()
  return async (viewer) => {
    const key = viewerKey(viewer)
    const kept = known.get(key)
    if (kept && kept.untilMs > Date.now()) return kept.tables
    const tables = await read(viewer)
    if (known.size >= MAX_DESCRIPTIONS) known.delete(known.keys().next().value as string)
    known.set(key, { tables, untilMs: Date.now() + DESCRIPTION_TTL_MS })
    return tables
  }
}

type Probe = Pick<SourceHealth, 'ok' | 'detail' | 'version' | 'latencyMs'>

/** A source whose processes are all busy is well; it is not made to wait for the answer. */
async function probe(pool: ProcessPool): Promise<Probe> {
  const { busy, open } = pool.load()
  if (busy > 0 && busy === open) return { ok: true, detail: 'sqlite, busy', version: null, latencyMs: null }
  const startedMs = performance.now()
  try {
    const version = await runJob(pool, { kind: 'version', viewer: WATCHER }, { timeoutMs: CONNECT_TIMEOUT_MS })
    const latencyMs = Math.round((performance.now() - startedMs) * 10) / 10
    return { ok: true, detail: 'sqlite', version: `SQLite ${version}`, latencyMs }
  } catch (error) {
    const detail = error instanceof QueryFailure ? error.message : 'unknown failure'
    return { ok: false, detail, version: null, latencyMs: null }
  }
}

async function runJob<Kind extends SourceJob['kind']>(
  pool: ProcessPool,
  job: SourceJob & { kind: Kind },
  bounds: JobBounds,
  onPart?: (part: StreamBatch) => Promise<void>,
): Promise<SourceResults[Kind]> {
  const reply = await pool.run(job, bounds, onPart)
  if (reply.ok) return reply.result as SourceResults[Kind]
  const { kind, message, rule, instead } = reply.failure
  throw new QueryFailure(kind, message, rule, instead)
}
