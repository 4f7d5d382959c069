/** Fuzzes the guard of Postgres: it never crashes, and what it lets through never writes, not even for a superuser in a transaction that may. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { prepareStatement } from '../../src/engine/postgres/prepare-statement.ts'
import { readBaseSchema } from '../../src/engine/postgres/read-base-schema.ts'
import { QueryFailure } from '../../src/engine/query-failure.ts'
import { HELPDESK_POLICY, openTestPg, PG_CANARIES, requestOf, type TestPg, type ViewRole } from '../open-test-pg.ts'
import { POSTGRES_BIN, WITHOUT_POSTGRES } from '../start-test-postgres.ts'
import { fuzzedStatements } from './fuzzed-statements.ts'

const RUNS = Number(process.env.CAUSEWAY_FUZZ ?? 2_000)
const SEED = Number(process.env.CAUSEWAY_FUZZ_SEED ?? 456)
const ROLES: readonly ViewRole[] = ['admin', 'support', 'analyst']

describe.skipIf(!POSTGRES_BIN)(`fuzz of Postgres${WITHOUT_POSTGRES}`, () => {
  let db: TestPg
  beforeAll(async () => {
    db = await openTestPg()
  })
  afterAll(() => db?.close())

  it(`${RUNS} statements: none crashes the guard, none that passes writes`, { timeout: 600_000 }, async () => {
    const base = await readBaseSchema(db.own, ['public'])
    const ground = { base, policy: HELPDESK_POLICY, hashKey: '5a'.repeat(32), mayLackValues: true }
    await db.own.execute('BEGIN', [])
    await db.own.rows(
      "SELECT set_config('statement_timeout', '100', true), set_config('search_path', 'pg_catalog', true)",
      [],
    )
    const ends = { refused: 0, failed: 0, ran: 0 }
    for (const [i, sql] of fuzzedStatements(RUNS, SEED).entries()) {
      const role = ROLES[i % ROLES.length]!
      const bound = await prepareStatement(requestOf(role, sql), ground).catch((error) => {
        if (!(error instanceof QueryFailure)) throw new Error(`Cannot guard ${JSON.stringify(sql)}: ${error}`)
      })
      if (!bound) {
        ends.refused++
        continue
      }
      const rows = await tryOut(db, bound.runnable.text, bound.values)
      ends[rows ? 'ran' : 'failed']++
      for (const canary of rows ? PG_CANARIES[role] : []) expect(JSON.stringify(rows), sql).not.toContain(canary)
    }
    // A transaction gets an id with its first write, of whatever kind.
    expect((await db.own.rows('SELECT pg_current_xact_id_if_assigned() AS id', []))[0]!.id).toBeNull()
    expect(
      (
        await db.own.rows(
          "SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' OR mode NOT IN ('AccessShareLock', 'ExclusiveLock')",
          [],
        )
      )[0]!.n,
    ).toBe('0')
    await db.own.execute('ROLLBACK', [])
    // The grammar is worth something only while a good part gets through.
    expect(ends.ran).toBeGreaterThan(RUNS / 20)
    expect(ends.refused).toBeGreaterThan(RUNS / 10)
  })
})

async function tryOut({ own }: TestPg, text: string, values: readonly (string | null | readonly string[])[]) {
  await own.execute('SAVEPOINT before', [])
  const cursor = own.cursor(text, values)
  try {
    const rows = await cursor.read(20)
    await cursor.close()
    return rows
  } catch {
    cursor.close().catch(() => {})
  } finally {
    await own.execute('ROLLBACK TO SAVEPOINT before', [])
  }
}
