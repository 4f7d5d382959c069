/** The benign corpus: the guard refuses nothing that people need of Postgres, and the rewriting changes nothing of the answers for a role that sees everything. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toResultValue, typeName } from '../../src/engine/postgres/result-value.ts'
import { openTestPg, query, type TestPg } from '../open-test-pg.ts'
import { POSTGRES_BIN, WITHOUT_POSTGRES } from '../start-test-postgres.ts'
import { POSTGRES_BENIGN } from './postgres-benign-corpus.ts'

const BOUNDS = { maxChars: 4_000, maxBlobBytes: 1_000 }

describe.skipIf(!POSTGRES_BIN)(`benign queries on Postgres${WITHOUT_POSTGRES}`, () => {
  let db: TestPg
  beforeAll(async () => {
    db = await openTestPg()
    await db.own.rows("SELECT set_config('TimeZone', 'UTC', false)", [])
  })
  afterAll(() => db?.close())

  it(`${POSTGRES_BENIGN.length} queries answer an admin as Postgres itself does`, async () => {
    expect(POSTGRES_BENIGN.length).toBeGreaterThanOrEqual(100)
    const wrong: string[] = []
    for (const sql of POSTGRES_BENIGN) {
      const cursor = db.own.cursor(sql, [])
      const rows = await cursor.read(1_000)
      const columns = cursor.columns()
      await cursor.close()
      const expected = rows.map((row) =>
        row.map((value, i) => toResultValue(value, typeName(columns[i]!.typeId), BOUNDS)),
      )
      const given = await query(db.engine, 'admin', sql).catch((error) => error as Error)
      if (given instanceof Error) wrong.push(`${sql}: ${given.message}`)
      else {
        expect(given.rows, sql).toEqual(expected)
        expect(
          given.columns.map(({ name }) => name),
          sql,
        ).toEqual(columns.map(({ name }) => name))
      }
    }
    expect(wrong).toEqual([])
  })

  it('the same queries pass for restricted roles', async () => {
    for (const role of ['support', 'analyst'] as const)
      for (const sql of POSTGRES_BENIGN) await query(db.engine, role, sql)
  })
})
