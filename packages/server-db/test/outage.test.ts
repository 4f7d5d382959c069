/** A database that is gone is an error at once, and works again by itself when it is back; others go on meanwhile. */
import { copyFileSync, existsSync, renameSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { errorOf, openTestDb, rowsOf, type TestDb } from './open-test-db.ts'

let db: TestDb
beforeAll(async () => {
  db = await openTestDb()
})
afterAll(() => db.close())

const healthOf = async () =>
  ((await db.call('viewer', 'db_health', {})).structuredContent.databases as { ok: boolean }[])[0]!

it('a file that is gone', async () => {
  await db.query('viewer', 'SELECT 1')
  renameSync(db.file, `${db.file}.away`)
  const startedMs = Date.now()
  for (const [tool, args] of [
    ['run_query', { sql: 'SELECT count(*) FROM products' }],
    ['check_query', { sql: 'SELECT 1' }],
    ['search_schema', {}],
    ['export_query', { sql: 'SELECT 1' }],
  ] as const)
    expect(errorOf(await db.call('viewer', tool, args)), tool).toMatchObject({
      code: 'database_unavailable',
      retryable: true,
    })
  const statements = [{ sql: "UPDATE tickets SET status = 'open' WHERE id = 1" }]
  expect(errorOf(await db.call('operator', 'run_transaction', { statements })).code).toBe('database_unavailable')
  expect((Date.now() - startedMs) / 5).toBeLessThan(2_000)
  expect((await healthOf()).ok).toBe(false)
  renameSync(`${db.file}.away`, db.file)
  expect(rowsOf(await db.query('viewer', 'SELECT count(*) FROM products'))).toEqual([[240]])
  expect((await healthOf()).ok).toBe(true)
})

it('a file whose writer does not let go', async () => {
  const writer = new DatabaseSync(db.file)
  writer.exec('BEGIN EXCLUSIVE')
  const startedMs = Date.now()
  const error = errorOf(await db.query('viewer', 'SELECT count(*) FROM products'))
  expect(error).toMatchObject({ code: 'busy', retryable: true })
  expect(Date.now() - startedMs).toBeLessThan(4_000)
  writer.exec('ROLLBACK')
  writer.close()
  expect(rowsOf(await db.query('viewer', 'SELECT count(*) FROM products'))).toEqual([[240]])
})

it('a file that a killed writer left half done', async () => {
  // A hot journal: the pages are written, the transaction is not.
  const writer = new DatabaseSync(db.file)
  writer.exec("PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN; UPDATE ticket_messages SET body = body || 'x'")
  expect(existsSync(`${db.file}-journal`)).toBe(true)
  copyFileSync(`${db.file}-journal`, `${db.file}.journal-kept`)
  copyFileSync(db.file, `${db.file}.pages-kept`)
  writer.exec('ROLLBACK')
  writer.close()
  renameSync(`${db.file}.pages-kept`, db.file)
  renameSync(`${db.file}.journal-kept`, `${db.file}-journal`)
  expect(rowsOf(await db.query('operator', "SELECT count(*) FROM ticket_messages WHERE body LIKE '%x'"))).toEqual([[0]])
})
