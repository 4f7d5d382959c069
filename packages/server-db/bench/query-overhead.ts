/** Measures what run_query costs beside the driver alone, and what guard and rewrite cost: `node packages/server-db/bench/query-overhead.ts`. Postgres where it is installed. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { readDatabases } from '../src/config/read-databases.ts'
import { toSourcePolicy } from '../src/config/to-source-policy.ts'
import { createPostgresEngine } from '../src/engine/postgres/postgres-engine.ts'
import { prepareStatement } from '../src/engine/postgres/prepare-statement.ts'
import { readBaseSchema } from '../src/engine/postgres/read-base-schema.ts'
import type { QueryEngine } from '../src/engine/query-engine.ts'
import { DEFAULT_LIMITS } from '../src/engine/query-limits.ts'
import { compileStatement } from '../src/engine/sqlite/compile-statement.ts'
import { openGuardedConnection } from '../src/engine/sqlite/guarded-connection.ts'
import { createSqliteEngine } from '../src/engine/sqlite/sqlite-engine.ts'
import { SHIPPED_DATABASES } from '../src/open-sources.ts'
import { seedHelpdesk } from '../src/seed/seed-helpdesk.ts'
import { seedPostgres } from '../src/seed/seed-postgres.ts'
import { POSTGRES_BIN, startTestPostgres } from '../test/start-test-postgres.ts'

const ROUNDS = 300
const SEED = { customers: 120, today: new Date('2026-06-01T12:00:00Z') }
const FILTERS = Array.from({ length: 24 }, (_, i) => `o.status <> 'x${i}' AND o.total_cents > ${i}`).join(' AND ')
/** About 1 kB, with a join, masks and a filter. */
const SQL = `SELECT c.id, c.name, c.email, count(o.id) AS orders FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.id < 40 AND ${FILTERS} GROUP BY c.id, c.name, c.email ORDER BY c.id`

const policy = toSourcePolicy(readDatabases(SHIPPED_DATABASES, {}).databases.helpdesk!)
const options = { id: 'helpdesk', policy, hashKey: '00', limits: DEFAULT_LIMITS }
const say = (text: string) => process.stdout.write(`${text}\n`)

/** Median and 99th percentile, in ms. */
async function timed(run: () => unknown): Promise<{ p50: number; p99: number }> {
  for (let i = 0; i < 20; i++) await run()
  const times: number[] = []
  for (let i = 0; i < ROUNDS; i++) {
    const startedMs = performance.now()
    await run()
    times.push(performance.now() - startedMs)
  }
  times.sort((a, b) => a - b)
  return { p50: times[ROUNDS / 2]!, p99: times[Math.floor(ROUNDS * 0.99)]! }
}

const viewer = { role: 'support', agent: 'bench', user: null }

/** @param guard judges the statement, and rewrites it where that is text, without a connection to wait for */
async function compare(
  name: string,
  engine: QueryEngine,
  { driver, guard }: { driver(): unknown; guard(): unknown },
): Promise<void> {
  const bounds = { viewer, params: [], timeoutMs: 5_000, signal: new AbortController().signal }
  const alone = await timed(driver)
  const guarded = await timed(() => engine.run({ ...bounds, sql: SQL, maxRows: 100, maxBytes: 100_000 }))
  const prepared = await timed(guard)
  const judged = await timed(() => engine.check({ ...bounds, sql: SQL }))
  const ms = (value: number) => `${value.toFixed(2)} ms`
  say(`${name}, a statement of ${SQL.length} characters:`)
  say(`  driver alone       p50 ${ms(alone.p50)}, p99 ${ms(alone.p99)}`)
  say(`  run                p50 ${ms(guarded.p50)}, p99 ${ms(guarded.p99)}`)
  say(`  more than driver   p50 ${ms(guarded.p50 - alone.p50)} (× ${(guarded.p50 / alone.p50).toFixed(1)})`)
  say(`  guard and rewrite  p50 ${ms(prepared.p50)}, p99 ${ms(prepared.p99)}`)
  say(`  check, without run p50 ${ms(judged.p50)}`)
}

const dir = mkdtempSync(join(tmpdir(), 'causeway-bench-'))
const file = join(dir, 'helpdesk.db')
seedHelpdesk(file, SEED)
const own = new DatabaseSync(file, { readOnly: true })
const sqlite = createSqliteEngine({ ...options, file })
// On SQLite views rewrite it, which are made with the connection, and each statement has one of its own.
const guarded = () => {
  const connection = openGuardedConnection({ file, policy, hashKey: '00' }, viewer)
  compileStatement(connection, SQL)
  connection.close()
}
await compare('SQLite', sqlite, { driver: () => own.prepare(SQL).all(), guard: guarded })
await sqlite.close()
own.close()
rmSync(dir, { recursive: true, force: true })

if (POSTGRES_BIN) {
  const server = await startTestPostgres()
  const client = await server.connect()
  await seedPostgres(client, SEED)
  await client.execute('CREATE ROLE reader LOGIN', [])
  await client.execute('GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader', [])
  const postgres = createPostgresEngine({ ...options, url: server.url('reader') })
  const ground = { base: await readBaseSchema(client, ['public']), policy, hashKey: '00', mayLackValues: false }
  const guard = () => prepareStatement({ sql: SQL, params: [], viewer }, ground)
  await compare('Postgres', postgres, { driver: () => client.rows(SQL, []), guard })
  await postgres.close()
  await client.end()
  await server.stop()
} else say('Postgres is not installed.')
