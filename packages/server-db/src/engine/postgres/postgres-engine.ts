/** The engine for Postgres: every statement is guarded, rewritten to what its viewer may see, and run in a read-only transaction of a restricted role. */
import { type Viewer, viewerKey } from '../../policy/viewer.ts'
import { createStatementCounts } from '../count-statements.ts'
import { createExpiringCache } from '../expiring-cache.ts'
import type { EngineOptions, QueryEngine, SourceHealth, StatementBasis, TableFacts } from '../query-engine.ts'
import { QueryFailure } from '../query-failure.ts'
import { CONNECT_TIMEOUT_MS } from '../query-limits.ts'
import { ALLOWED_FUNCTIONS } from './allowed-names.ts'
import { checkPosture, type PostureKind } from './check-posture.ts'
import type { DbClient } from './db-client.ts'
import { describeTables } from './describe-tables.ts'
import { explainStatement } from './explain-statement.ts'
import { readPage, streamRows } from './page-rows.ts'
import { prepareStatement } from './prepare-statement.ts'
import { type BaseSchema, readBaseSchema } from './read-base-schema.ts'
import { runTransaction } from './run-transaction.ts'
import { createSessionPool, type SessionBounds, type SessionPool } from './session-pool.ts'

/** What a Postgres source is made of. */
export interface PostgresOptions extends EngineOptions {
  /** Connection of the role that reads. */
  url: string
  /** Connection of the role that writes; without it nothing does. */
  writeUrl?: string
  /** Where names of tables are looked for, in order. */
  schemas?: readonly string[]
  /** What the reading role may be that it should not, and why. */
  posture?: { allow: readonly PostureKind[]; reason: string }
}

const DEFAULT_SCHEMAS = ['public']
const SCHEMA_TTL_MS = 30_000
const MAX_DESCRIPTIONS = 100

/** Connects with the first call. */
export function createPostgresEngine(options: PostgresOptions): QueryEngine {
  const { limits } = options
  const warnings = new Set<string>()
  const pool = createSessionPool({
    url: options.url,
    access: 'READ ONLY',
    limits,
    admit: (client) => admit(client, options.posture, warnings),
  })
  const source = openSource(options, pool)
  const reader = openReader(options, pool, source)
  const writer = openWriter(options, source)
  const { counts, counted } = createStatementCounts()
  return {
    kind: 'postgres',
    canWrite: writer !== undefined,
    functions: ALLOWED_FUNCTIONS,
    describe: source.describe,
    async check(request) {
      const { steps: _, ...verdict } = await reader.explain(request)
      return verdict
    },
    explain: reader.explain,
    run: (request) => counted(reader.run(request)),
    stream: (request, sink) => counted(reader.stream(request, sink)),
    async transact(request) {
      if (!writer) throw new QueryFailure('refused', 'There is no write connection.', 'write_allow_list')
      return counted(writer.transact(request))
    },
    async health() {
      const probed = await probe(pool)
      const { open, busy, waiting } = pool.load()
      return {
        ...probed,
        connections: { limit: limits.connections, open, busy },
        queue: { limit: limits.maxWaiting, waiting },
        statements: { ...counts },
        warnings: [...warnings],
      }
    },
    close: async () => void (await Promise.all([pool.close(), writer?.close()])),
  }
}

type Source = ReturnType<typeof openSource>

/** A statement that is refused takes no connection. */
function openReader({ policy, hashKey }: PostgresOptions, pool: SessionPool, { base }: Source) {
  const prepare = async (request: StatementBasis, mayLackValues: boolean) =>
    prepareStatement(request, { base: await base(), policy, hashKey, mayLackValues })
  const explain: QueryEngine['explain'] = async (request) => {
    const bound = await prepare(request, true)
    const view = { viewer: request.viewer, base: await base() }
    return pool.use(request, (client) => explainStatement(client, bound, view))
  }
  const run: QueryEngine['run'] = async (request) => {
    const bound = await prepare(request, false)
    return pool.use(request, (client) => readPage(client, bound, request))
  }
  const stream: QueryEngine['stream'] = async ({ maxRows, ...request }, sink) => {
    const bound = await prepare(request, false)
    return pool.use(request, (client) => streamRows(client, bound, { maxRows, sink }))
  }
  return { explain, run, stream }
}

/** One write at a time: more would only wait for each other. */
function openWriter({ writeUrl, policy, limits, schemas, posture }: PostgresOptions, { base }: Source) {
  if (writeUrl === undefined) return undefined
  const allow = [...(posture?.allow ?? []), 'write' as const]
  const pool = createSessionPool({
    url: writeUrl,
    access: 'ISOLATION LEVEL REPEATABLE READ, READ WRITE',
    searchPath: schemas ?? DEFAULT_SCHEMAS,
    limits: { ...limits, connections: 1 },
    admit: (client) => admit(client, { allow, reason: posture?.reason ?? 'it is the write connection' }, new Set()),
  })
  const transact: QueryEngine['transact'] = async (request) => {
    const ground = { base: await base(), lens: { policy, viewer: request.viewer } }
    return pool.use(request, (client) => runTransaction(client, request, ground))
  }
  return { transact, close: () => pool.close() }
}

/** @throws {QueryFailure} `unavailable` when the role could do more than read and nobody allowed it */
async function admit(client: DbClient, posture: PostgresOptions['posture'], warnings: Set<string>): Promise<void> {
  const findings = await checkPosture(client)
  const denied = findings.filter(({ kind }) => !posture?.allow.includes(kind))
  if (denied.length > 0)
    throw new QueryFailure(
      'unavailable',
      `The database is not used because ${denied.map(({ text }) => text).join(', and ')}.`,
    )
  warnings.clear()
  for (const { text } of findings) warnings.add(`${text} (allowed: ${posture?.reason})`)
}

/** What a source holds, kept for a while. */
function openSource({ schemas = DEFAULT_SCHEMAS, policy, limits }: PostgresOptions, pool: SessionPool) {
  const bases = createExpiringCache<BaseSchema>(SCHEMA_TTL_MS, 1)
  const descriptions = createExpiringCache<TableFacts[]>(SCHEMA_TTL_MS, MAX_DESCRIPTIONS)
  const bounds: SessionBounds = { timeoutMs: limits.defaultTimeoutMs }
  const base = () => bases.get('', () => pool.use(bounds, (client) => readBaseSchema(client, schemas)))
  const describe = (viewer: Viewer) =>
    descriptions.get(viewerKey(viewer), async () => {
      const lens = { policy, viewer }
      const tables = await base()
      return pool.use(bounds, (client) => describeTables(client, tables, lens))
    })
  return { base, describe }
}

type Probe = Pick<SourceHealth, 'ok' | 'detail' | 'version' | 'latencyMs'>

/** A source whose connections are all busy is well; it is not made to wait for the answer. */
async function probe(pool: SessionPool): Promise<Probe> {
  const { busy, open } = pool.load()
  if (busy > 0 && busy === open) return { ok: true, detail: 'postgres, busy', version: null, latencyMs: null }
  try {
    return await pool.use({ timeoutMs: CONNECT_TIMEOUT_MS }, async (client) => {
      const startedMs = performance.now()
      const [row] = await client.rows('SHOW server_version', [])
      const latencyMs = Math.round((performance.now() - startedMs) * 10) / 10
      return { ok: true, detail: 'postgres', version: `PostgreSQL ${row?.server_version}`, latencyMs }
    })
  } catch (error) {
    const detail = error instanceof QueryFailure ? error.message : 'unknown failure'
    return { ok: false, detail, version: null, latencyMs: null }
  }
}
