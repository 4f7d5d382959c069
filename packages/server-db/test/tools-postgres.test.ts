/** The tools on a Postgres source beside the shipped SQLite one: the same questions, the same answers, the same masks. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { parseDocument } from 'yaml'
import {
  type Answers,
  answerOf,
  type CallTool,
  CLAIMS,
  readAnswers,
  readQuestions,
} from '../evaluation/ask-questions.ts'
import { importDatabase } from '../src/config/import-database.ts'
import { readDatabases } from '../src/config/read-databases.ts'
import { toSourcePolicy } from '../src/config/to-source-policy.ts'
import { SHIPPED_DATABASES } from '../src/open-sources.ts'
import { seedPostgres } from '../src/seed/seed-postgres.ts'
import { errorOf, openDatabases, rowsOf, type TestDb } from './open-test-db.ts'
import { POSTGRES_BIN, startTestPostgres, type TestPostgres, WITHOUT_POSTGRES } from './start-test-postgres.ts'

const ROLES = `
CREATE ROLE reader LOGIN;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;
CREATE ROLE writer LOGIN;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO writer;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO writer;
`

describe.skipIf(!POSTGRES_BIN)(`on Postgres${WITHOUT_POSTGRES}`, () => {
  let postgres: TestPostgres
  let db: TestDb
  const answers: Answers = readAnswers()
  const call: CallTool = (claim, tool, args) => db.call(claim, tool, { database: 'crm', ...args })

  beforeAll(async () => {
    postgres = await startTestPostgres()
    const own = await postgres.connect()
    await seedPostgres(own, { customers: 120, today: new Date('2026-06-01T12:00:00Z') })
    for (const statement of ROLES.split(';').filter((one) => one.trim())) await own.execute(statement, [])
    await own.end()
    const dir = mkdtempSync(join(tmpdir(), 'causeway-db-'))
    writeFileSync(
      join(dir, 'databases.yaml'),
      withPostgres(readFileSync(join(import.meta.dirname, '../databases.yaml'), 'utf8')),
    )
    process.env.CAUSEWAY_TEST_READER = postgres.url('reader')
    process.env.CAUSEWAY_TEST_WRITER = postgres.url('writer')
    db = await openDatabases(dir)
  })
  afterAll(async () => {
    await db?.close()
    await postgres?.stop()
  })

  it('two databases are listed, each with its engine', async () => {
    const { databases } = (await db.call('support', 'list_databases', {})).structuredContent
    expect((databases as { id: string; engine: string }[]).map(({ id, engine }) => [id, engine])).toEqual([
      ['helpdesk', 'sqlite'],
      ['crm', 'postgres'],
    ])
  })

  it.each(CLAIMS)('as %s, every question is answered as on SQLite', async (claim) => {
    for (const { id, question, sql, postgres: other, params } of readQuestions()) {
      const answer = await answerOf(call, claim, { sql: other ?? sql, params })
      expect(answer, question).toEqual(answers[id]![claim])
    }
  })

  it('the schema is told with masks, rows and references', async () => {
    const { structuredContent: table } = await db.call('viewer', 'describe_table', {
      database: 'crm',
      table: 'ticket_messages',
    })
    expect(table).toMatchObject({
      row_filter: 'without internal notes',
      references: expect.arrayContaining([expect.objectContaining({ table: 'tickets' })]),
    })
    const said = JSON.stringify(await db.call('viewer', 'search_schema', { database: 'crm', detail: 'full' }))
    expect(said).not.toMatch(/ssn|salary/)
  })

  it('a statement is judged, explained, profiled and exported', async () => {
    const sql = 'SELECT id, email FROM customers ORDER BY id'
    const asSupport = async (tool: string, args: Record<string, unknown>) => {
      const result = await db.call('support', tool, { database: 'crm', ...args })
      if (result.isError) throw new Error(errorOf(result).message)
      return result.structuredContent
    }
    expect(await asSupport('check_query', { sql })).toMatchObject({
      accepted: true,
      tables: ['customers'],
      policy: { masked: ['customers.email'] },
    })
    expect(await asSupport('check_query', { sql: 'DELETE FROM customers' })).toMatchObject({
      accepted: false,
      refusal: { code: 'statement_refused' },
    })
    expect((await asSupport('explain_query', { sql })).steps).not.toEqual([])
    expect(await asSupport('profile_column', { table: 'tickets', column: 'status' })).toMatchObject({
      row_count: 250,
      null_count: 0,
    })
    expect(await asSupport('profile_column', { table: 'orders', column: 'total_cents' })).toMatchObject({
      range: { low: expect.any(Number) },
      average: expect.any(Number),
    })
    expect(await asSupport('export_query', { sql })).toMatchObject({
      row_count: 120,
      policy: { masked: ['customers.email'] },
    })
    expect(await asSupport('run_named_query', { name: 'tickets_by_status' })).toMatchObject({ truncated: false })
    // A connection that is being cleared after its last caller counts as busy, and a busy source is not asked.
    await vi.waitFor(async () =>
      expect((await asSupport('db_health', {})).databases).toMatchObject([
        { id: 'crm', ok: true, version: expect.stringMatching(/^PostgreSQL /) },
      ]),
    )
  })

  it('a transaction is rehearsed, and committed when its effects are the same', async () => {
    const statements = [{ sql: 'UPDATE tickets SET priority = $1 WHERE id = $2', params: ['urgent', 1] }]
    const transact = (more = {}) => db.call('operator', 'run_transaction', { database: 'crm', statements, ...more })
    const priority = async () =>
      rowsOf(
        await db.call('operator', 'run_query', { database: 'crm', sql: 'SELECT priority FROM tickets WHERE id = 1' }),
      )[0]![0]
    const { structuredContent: report } = await transact()
    expect(report).toMatchObject({ committed: false, effects: [{ table: 'tickets', action: 'update', row_count: 1 }] })
    expect(await priority()).toBe('normal')
    const done = await transact({ confirmation_token: report.confirmation_token })
    expect(done.structuredContent.committed).toBe(true)
    expect(await priority()).toBe('urgent')
    const other = [{ sql: 'DELETE FROM customers WHERE id = 1', params: [] }]
    expect(errorOf(await db.call('operator', 'run_transaction', { database: 'crm', statements: other })).rule).toBe(
      'write_allow_list',
    )
  })

  it('a database is imported by its URL, for admins alone, and not as a superuser', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'causeway-db-'))
    const importing = (id: string, url: string) =>
      importDatabase({
        id,
        from: { urlEnv: 'CAUSEWAY_TEST_OWN' },
        about: '',
        folder,
        shipped: SHIPPED_DATABASES,
        env: { CAUSEWAY_TEST_OWN: url },
      })
    const { path, tables } = await importing('own', postgres.url('reader'))
    expect(tables).toContainEqual({ name: 'customers', columns: 13 })
    const entry = readDatabases(path, { CAUSEWAY_TEST_OWN: 'postgres://x' }).databases.own!
    expect(entry).toMatchObject({ engine: 'postgres', connection: 'postgres://x', tables: { customers: {} } })
    expect(toSourcePolicy(entry).tables.customers!.columns.email!.rules).toEqual({})
    expect(readFileSync(path, 'utf8')).not.toContain(postgres.dir)
    await expect(importing('other', postgres.url('postgres'))).rejects.toThrow('its role is a superuser')
  })
})

/** The shipped file with a second database: the same policy on Postgres. */
function withPostgres(shipped: string): string {
  const document = parseDocument(shipped)
  const { seed: _, ...entry } = (document.toJS() as { databases: { helpdesk: Record<string, unknown> } }).databases
    .helpdesk
  const reference = (name: string) => `\${env:CAUSEWAY_TEST_${name}}`
  document.setIn(['databases', 'crm'], {
    ...entry,
    engine: 'postgres',
    connection: reference('READER'),
    writeUrl: reference('WRITER'),
  })
  return document.toString()
}
