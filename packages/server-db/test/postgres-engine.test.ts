/** The Postgres engine as the tools meet it: values, masks, filters, bounds, failures, recovery. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { QueryEngine, ResultValue } from '../src/engine/query-engine.ts'
import { failureOf, HELPDESK_POLICY, openEngine, openTestPg, query, requestOf, type TestPg } from './open-test-pg.ts'
import { POSTGRES_BIN, WITHOUT_POSTGRES } from './start-test-postgres.ts'

describe.skipIf(!POSTGRES_BIN)(`Postgres engine${WITHOUT_POSTGRES}`, () => {
  let db: TestPg
  let engine: QueryEngine
  beforeAll(async () => {
    db = await openTestPg(MORE)
    engine = db.engine
  })
  afterAll(() => db?.close())

  const one = async (sql: string, params: (string | number | boolean | null)[] = []): Promise<ResultValue[]> =>
    (await query(engine, 'admin', sql, { params })).rows[0]!

  it('carries values without loss', async () => {
    const sql = `SELECT 9007199254740993, 9007199254740991, 0.10::numeric, 1e400::numeric > 1, 'Infinity'::float8, true, NULL, '',
      '2026-03-01 12:00:00+02'::timestamptz, '2026-03-01 12:00:00'::timestamp, '{"a": 1}'::jsonb, ARRAY[1, 2], '\\x00ff'::bytea, 'a' || chr(8203) || 'b'`
    expect(await one(sql)).toEqual([
      ...['9007199254740993', 9007199254740991, '0.10', true, 'Infinity', true, null, ''],
      ...['2026-03-01T10:00:00Z', '2026-03-01 12:00:00', '{"a": 1}', '{1,2}', { $blob: 2, base64: 'AP8=' }, 'ab'],
    ])
  })

  it('binds parameters by number, as values only', async () => {
    const evil = "x'; DROP TABLE customers; --"
    expect(await one('SELECT $2::int + 1, $1 || $1::text, $3::bool', [evil, 41, true])).toEqual([42, evil + evil, true])
    const kind = async (sql: string, params: string[]) =>
      (await failureOf(query(engine, 'admin', sql, { params }))).kind
    expect(await kind('SELECT $1::int', [])).toBe('parameters')
    expect(await kind('SELECT 1', ['1'])).toBe('parameters')
    expect(await kind('SELECT $2::int', ['1', '2'])).toBe('parameters')
    expect(await kind('SELECT $0', [])).toBe('parameters')
    expect(await kind('SELECT $1 IS NULL', ['1'])).toBe('parameters')
  })

  it('shows each role its own', async () => {
    const sql = 'SELECT name, email, phone, company FROM customers WHERE id = 77'
    expect((await query(engine, 'admin', sql)).rows[0]!.slice(0, 2)).toEqual([
      'Jana Keller',
      'jana.keller@nordwind-bikes.example',
    ])
    const support = await query(engine, 'support', sql)
    expect(support.rows[0]).toEqual([
      'Jana Keller',
      'j***@nordwind-bikes.example',
      expect.stringMatching(/^\+1\*\*\*\d\d$/),
      'Nordwind Bikes',
    ])
    expect(support.masked).toEqual(['customers.email', 'customers.phone'])
    expect(support.columns.map(({ masked }) => masked)).toEqual([false, true, true, false])
    const analyst = await query(engine, 'analyst', sql)
    expect(analyst.rows[0]).toEqual([
      expect.stringMatching(/^h:[0-9a-f]{16}$/),
      expect.stringMatching(/^h:/),
      '[redacted]',
      'Nordwind Bikes',
    ])
    expect(await failureOf(query(engine, 'analyst', 'SELECT ssn FROM customers'))).toMatchObject({
      kind: 'sql',
      message: 'no such column: ssn',
    })
    expect(await failureOf(query(engine, 'analyst', 'SELECT * FROM payroll'))).toEqual({
      ...(await failureOf(query(engine, 'analyst', 'SELECT * FROM payrole'))),
      message: 'no such table: payroll',
    })
  })

  it('a join with a name is a row of all that the role sees of its tables', async () => {
    const sql =
      'SELECT row_to_json(j) FROM (products p JOIN employees e ON e.id = p.id) AS j WHERE j.sku IS NOT NULL LIMIT 1'
    const [[row]] = (await query(db.engine, 'support', sql)).rows as [[string]]
    expect(Object.keys(JSON.parse(row))).toEqual(expect.arrayContaining(['sku', 'price_cents', 'title', 'hired_on']))
    expect(row).not.toMatch(/cost_cents|salary_cents/)
  })

  it('leaves rows out, and says so', async () => {
    const sql = 'SELECT count(*) FROM employees'
    const [all, current] = [await query(engine, 'admin', sql), await query(engine, 'support', sql)]
    expect(Number(current.rows[0]![0])).toBeLessThan(Number(all.rows[0]![0]))
    expect([all.rowFiltered, current.rowFiltered]).toEqual([[], ['employees']])
  })

  it('describes what the role sees', async () => {
    const tables = await engine.describe({ role: 'analyst', agent: 'a', user: null })
    expect(tables.map(({ name }) => name)).not.toContain('payroll')
    const customers = tables.find(({ name }) => name === 'customers')!
    expect(customers.rowCount).toBe(120)
    expect(customers.columns.map(({ name }) => name)).not.toContain('ssn')
    expect(customers.columns.find(({ name }) => name === 'email')).toMatchObject({ type: 'text', mask: 'hash' })
    expect(tables.find(({ name }) => name === 'orders')!.foreignKeys).toEqual([
      { columns: ['customer_id'], table: 'customers', toColumns: ['id'] },
    ])
  })

  it('shows columns of foreign types as text', async () => {
    expect(await one('SELECT feeling, code, feeling > code FROM moods')).toEqual(['happy', 'x', false])
  })

  it('stops at its rows and bytes, and streams whole', async () => {
    const page = await query(engine, 'admin', 'SELECT id FROM tickets ORDER BY id', { maxRows: 7 })
    expect([page.rows.length, page.hasMore]).toEqual([7, true])
    const small = await engine.run({
      ...requestOf('admin', "SELECT repeat('x', 3000), id FROM tickets"),
      maxRows: 100,
      maxBytes: 9_000,
    })
    expect([small.rows.length, small.hasMore]).toEqual([3, true])
    const rows: unknown[] = []
    const sink = { columns: () => {}, rows: (batch: readonly unknown[]) => void rows.push(...batch) }
    const summary = await engine.stream(
      { ...requestOf('admin', 'SELECT generate_series(1, 1001)'), maxRows: 1_000 },
      sink,
    )
    expect([rows.length, summary.rowCount, summary.hasMore]).toEqual([1_000, 1_000, true])
  })

  it('explains without telling what is hidden', async () => {
    const sql = 'SELECT id FROM employees WHERE name = $1'
    const admin = await engine.explain(requestOf('admin', sql))
    expect(admin.cost.estimatedRows).toBeGreaterThan(0)
    expect(admin.columns).toEqual([{ name: 'id', type: 'integer', masked: false }])
    const support = await engine.explain(requestOf('support', sql))
    expect(support).toMatchObject({
      tables: ['employees'],
      rowFiltered: ['employees'],
      cost: { estimatedRows: null, planCost: null },
    })
    expect(JSON.stringify(support)).not.toMatch(/active|"Filter|salary/)
    expect(await failureOf(engine.check(requestOf('support', 'DELETE FROM employees')))).toMatchObject({
      rule: 'select_only',
    })
  })

  async function runningQueries(): Promise<unknown> {
    const running = "SELECT count(*) AS n FROM pg_stat_activity WHERE usename = 'reader' AND state = 'active'"
    return (await db.own.rows(running, []))[0]!.n
  }

  it('stops a query at its time and when its call is canceled, within a second', async () => {
    const slow = 'SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, (SELECT 1000000)) b'
    expect((await failureOf(query(engine, 'admin', slow, { timeoutMs: 300 }))).kind).toBe('timeout')
    const abort = new AbortController()
    const canceled = failureOf(query(engine, 'admin', slow, { signal: abort.signal }))
    setTimeout(() => abort.abort(), 200)
    expect((await canceled).kind).toBe('canceled')
    await expect.poll(runningQueries, { timeout: 3_000 }).toBe('0')
  })

  it('stops it as well where the call is canceled between two of its statements', async () => {
    const slow = 'SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, (SELECT 1000000)) b'
    for (let afterMs = 0; afterMs < 40; afterMs += 2) {
      const abort = new AbortController()
      const canceled = failureOf(query(engine, 'admin', slow, { signal: abort.signal }))
      setTimeout(() => abort.abort(), afterMs)
      expect((await canceled).kind).toBe('canceled')
    }
    await expect.poll(runningQueries, { timeout: 3_000 }).toBe('0')
  })

  it('is seeded with all of the demonstration data, by the command', { timeout: 60_000 }, async () => {
    await db.own.execute('CREATE DATABASE full_helpdesk', [])
    const cli = join(import.meta.dirname, '../cli/seed-postgres.ts')
    const env = { ...process.env, OWNER_URL: db.postgres.url('postgres', 'full_helpdesk') }
    await promisify(execFile)(process.execPath, [cli, 'OWNER_URL'], { env })
    const full = await db.postgres.connect('full_helpdesk')
    const counts = await Promise.all(
      Object.keys(HELPDESK_POLICY.tables).map((table) => full.rows(`SELECT count(*) AS n FROM ${table}`, [])),
    )
    expect(counts.reduce((sum, [row]) => sum + Number(row!.n), 0)).toBeGreaterThanOrEqual(60_000)
    const [typed] = await full.rows(
      'SELECT pg_typeof(placed_at) AS moment, placed_at < now() AS past FROM orders LIMIT 1',
      [],
    )
    expect(typed).toEqual({ moment: 'timestamp with time zone', past: 't' })
    await full.end()
  })

  it('refuses a role that can write, unless that is allowed', async () => {
    await db.own.execute('CREATE ROLE scribe LOGIN', [])
    await db.own.execute('GRANT SELECT, UPDATE ON customers TO scribe', [])
    const risky = openEngine(db.postgres.url('scribe', 'helpdesk'))
    expect(await failureOf(query(risky, 'admin', 'SELECT 1'))).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('may write to tables, such as customers'),
    })
    expect(await risky.health()).toMatchObject({ ok: false })
    await risky.close()
    await db.superEngine.health()
    expect((await db.superEngine.health()).warnings).toEqual([expect.stringContaining('superuser')])
  })

  it('bounds its queue', async () => {
    const limits = { ...LIMITS, connections: 1, maxWaiting: 1, maxWaitMs: 400 }
    const narrow = openEngine(db.postgres.url('reader', 'helpdesk'), limits)
    await query(narrow, 'admin', 'SELECT 1')
    const slow = 'SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, (SELECT 1000000)) b'
    const running = failureOf(query(narrow, 'admin', slow, { timeoutMs: 900 }))
    await expect.poll(async () => (await narrow.health()).detail).toBe('postgres, busy')
    const waiting = failureOf(query(narrow, 'admin', 'SELECT 1'))
    await expect.poll(async () => (await narrow.health()).queue.waiting, { interval: 10 }).toBe(1)
    expect((await failureOf(query(narrow, 'admin', 'SELECT 2'))).kind).toBe('busy')
    const gone = query(narrow, 'admin', 'SELECT 3', { signal: AbortSignal.abort() })
    expect((await failureOf(gone)).kind).toBe('canceled')
    expect([(await waiting).kind, (await running).kind]).toEqual(['busy', 'timeout'])
    await narrow.close()
  })

  it('a dead database is an error within 2 s and recovers by itself', async () => {
    await query(engine, 'admin', 'SELECT 1')
    await db.postgres.crash()
    const startedMs = Date.now()
    expect((await failureOf(query(engine, 'admin', 'SELECT 1'))).kind).toBe('unavailable')
    expect(Date.now() - startedMs).toBeLessThan(4_000)
    expect(await engine.health()).toMatchObject({ ok: false, version: null })
    await db.postgres.start()
    await expect.poll(async () => (await engine.health()).ok, { timeout: 5_000 }).toBe(true)
    expect((await query(engine, 'admin', 'SELECT 1 AS n')).rows).toEqual([[1]])
    db.own = await db.postgres.connect('helpdesk')
  })
})

const LIMITS = { maxRows: 1_000, defaultTimeoutMs: 5_000, maxTimeoutMs: 30_000 }
const MORE = `
CREATE TABLE moods (id integer PRIMARY KEY, feeling mood, code checked);
INSERT INTO moods VALUES (1, 'happy', 'x');
GRANT SELECT ON moods TO reader;
`
