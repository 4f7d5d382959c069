/** The engine for SQLite files: every statement runs in a child process, on a guarded connection, under a watchdog. */
import type { Role } from '../../policy/source-policy.ts'
import type { QueryEngine, TableFacts } from '../query-engine.ts'
import { QueryFailure } from '../query-failure.ts'
import { DEFAULT_TIMEOUT_MS } from '../query-limits.ts'
import type { SourceInit } from './guarded-connection.ts'
import { createProcessPool, type JobBounds, type ProcessPool } from './process-pool.ts'
import type { SourceJob, SourceResults } from './source-job.ts'
import { startSourceProcess } from './source-process.ts'

// A second process keeps one slow query from holding up everybody else's.
const PROCESSES = 2
const DESCRIPTION_TTL_MS = 30_000
const MAX_MEMORY_BYTES = 512 * 1024 * 1024

/**
 * Starts no process before the first query.
 * @param maxMemoryBytes a query whose process takes more is ended
 */
export function createSqliteEngine(source: SourceInit, maxMemoryBytes = MAX_MEMORY_BYTES): QueryEngine {
  const pool = createProcessPool(() => startSourceProcess(source, maxMemoryBytes), PROCESSES)
  const descriptions = new Map<Role, { tables: TableFacts[]; untilMs: number }>()

  async function describe(role: Role): Promise<TableFacts[]> {
    const known = descriptions.get(role)
    if (known && known.untilMs > Date.now()) return known.tables
    const tables = await runJob(pool, { kind: 'describe', role }, { timeoutMs: DEFAULT_TIMEOUT_MS })
    descriptions.set(role, { tables, untilMs: Date.now() + DESCRIPTION_TTL_MS })
    return tables
  }

  return {
    kind: 'sqlite',
    describe,
    run: ({ signal, timeoutMs, ...statement }) => runJob(pool, { kind: 'run', statement }, { timeoutMs, signal }),
    async state() {
      if (pool.isBusy()) return { ok: true, detail: 'sqlite, busy' }
      try {
        return { ok: true, detail: `sqlite, ${(await describe('admin')).length} tables` }
      } catch (error) {
        return { ok: false, detail: error instanceof QueryFailure ? error.message : 'unknown failure' }
      }
    },
    close: () => pool.close(),
  }
}

async function runJob<Kind extends SourceJob['kind']>(
  pool: ProcessPool,
  job: SourceJob & { kind: Kind },
  bounds: JobBounds,
): Promise<SourceResults[Kind]> {
  const reply = await pool.run(job, bounds)
  if (reply.ok) return reply.result as SourceResults[Kind]
  const { kind, message, rule } = reply.failure
  throw new QueryFailure(kind, message, rule)
}
