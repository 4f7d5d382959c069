/** The benign corpus: the layers refuse nothing that people need, and change nothing of the answers for a role that sees everything. */
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { toResultValue } from '../../src/engine/sqlite/result-value.ts'
import { openTestDb, rowsOf, type TestDb } from '../open-test-db.ts'
import { BENIGN_QUERIES } from './benign-corpus.ts'

let db: TestDb
let own: DatabaseSync

beforeAll(async () => {
  db = await openTestDb()
  own = new DatabaseSync(db.file, { readOnly: true })
})
afterAll(async () => {
  own.close()
  await db.close()
})

it(`${BENIGN_QUERIES.length} queries answer an operator as SQLite itself does`, async () => {
  expect(BENIGN_QUERIES.length).toBeGreaterThanOrEqual(100)
  for (const sql of BENIGN_QUERIES) {
    const statement = own.prepare(sql, { returnArrays: true, readBigInts: true })
    const rows = statement.all() as unknown as SQLOutputValue[][]
    const result = await db.query('operator', sql, { limit: 1_000 })
    // Where the bytes of a blob can be read differs each time.
    const given = rowsOf(result).map((row) => row.map((value) => withoutUri(value)))
    // A page may end early by its size; what it holds must be the beginning.
    expect(given, sql).toEqual(
      rows
        .slice(0, given.length)
        .map((row) => row.map((value) => toResultValue(value, { maxChars: 4_000, maxBlobBytes: 0 }))),
    )
    expect(result.structuredContent.truncated, sql).toBe(given.length < rows.length)
    const names = (result.structuredContent.columns as { name: string }[]).map((column) => column.name)
    expect(names, sql).toEqual(statement.columns().map((column) => column.name))
  }
})

it('the same queries pass for a restricted role, unless they name a hidden column', async () => {
  for (const sql of BENIGN_QUERIES.filter((one) => !one.includes('salary_cents')))
    expect((await db.query('viewer', sql)).isError, sql).toBeFalsy()
})

function withoutUri(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? { $blob: (value as { $blob: number }).$blob } : value
}
