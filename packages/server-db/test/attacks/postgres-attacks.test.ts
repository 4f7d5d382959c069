/** The attack corpus against a real Postgres, as a restricted role and as a superuser: nothing is written, nothing escapes, nothing stays behind. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { QueryEngine } from '../../src/engine/query-engine.ts'
import { QueryFailure } from '../../src/engine/query-failure.ts'
import { failureOf, openTestPg, PG_CANARIES, query, requestOf, type TestPg, type ViewRole } from '../open-test-pg.ts'
import { POSTGRES_BIN, WITHOUT_POSTGRES } from '../start-test-postgres.ts'
import { postgresAttacks } from './postgres-attack-corpus.ts'

const attacks = postgresAttacks('{dir}/canary.txt')
const count = Object.values(attacks).flat().length

describe.skipIf(!POSTGRES_BIN)(`attacks on Postgres${WITHOUT_POSTGRES}`, () => {
  let db: TestPg
  let before: string
  beforeAll(async () => {
    db = await openTestPg()
    before = await fingerprint(db)
  })
  afterAll(() => db?.close())

  const engineOf = (who: string): QueryEngine => (who === 'superuser' ? db.superEngine : db.engine)

  describe.each<[string, ViewRole[]]>([
    ['restricted role', ['admin', 'support', 'analyst']],
    ['superuser', ['admin', 'analyst']],
  ])('as %s', (who, roles) => {
    it.each(roles)(`${count} statements of %s end as the rules say`, async (role) => {
      expect(count).toBeGreaterThanOrEqual(150)
      const { endless: _, ...rest } = attacks
      const wrong: string[] = []
      for (const [verdict, statements] of Object.entries(rest))
        for (const sql of statements) {
          const told = await outcome(engineOf(who), role, sql.replaceAll('{dir}', db.postgres.dir))
          if (verdict !== 'harmless' && told.verdict !== verdict)
            wrong.push(`${verdict}: ${sql.slice(0, 80)}: ${told.text.slice(0, 120)}`)
          for (const canary of PG_CANARIES[role]) if (told.text.includes(canary)) wrong.push(`${canary}: ${sql}`)
        }
      expect(wrong).toEqual([])
    })
  })

  it('what does not end is ended, and its connection with it', async () => {
    for (const sql of attacks.endless!)
      expect(['timeout', 'too_heavy', 'sql'], sql).toContain(
        (await failureOf(query(db.engine, 'admin', sql, { timeoutMs: 250 }))).kind,
      )
    const active = "SELECT count(*) AS n FROM pg_stat_activity WHERE usename = 'reader' AND state = 'active'"
    await expect.poll(async () => (await db.own.rows(active, []))[0]!.n, { timeout: 3_000 }).toBe('0')
  })

  it('describing and explaining tell no canary either', async () => {
    for (const role of ['support', 'analyst'] as const) {
      const facts = JSON.stringify(await db.engine.describe(requestOf(role, '').viewer))
      const plans = await Promise.all(
        ['SELECT * FROM customers', 'SELECT * FROM employees', 'SELECT * FROM ticket_messages'].map((sql) =>
          db.engine.explain(requestOf(role, sql)),
        ),
      )
      for (const canary of PG_CANARIES[role]) expect(facts + JSON.stringify(plans)).not.toContain(canary)
    }
  })

  it('left nothing behind', async () => {
    expect(await fingerprint(db)).toBe(before)
    await expect
      .poll(
        async () =>
          (
            await db.own.rows(
              "SELECT count(*) AS n FROM pg_locks WHERE locktype IN ('advisory', 'relation', 'tuple') AND pid <> pg_backend_pid()",
              [],
            )
          )[0]!.n,
      )
      .toBe('0')
    const settings = await query(
      db.engine,
      'admin',
      "SELECT '2026-01-01 00:00:00'::timestamptz, 'a\\b', 1 / 2.0::float8",
    )
    expect(settings.rows).toEqual([['2026-01-01T00:00:00Z', 'a\\b', 0.5]])
  })

  it('its canaries are planted: who may see them does', async () => {
    const sql = `SELECT c.ssn, c.birth_date, c.street, c.email, p.note, m.body, e.salary_cents, l.name
      FROM customers c, payroll p, ticket_messages m, employees e, employees l
      WHERE c.id = 1 AND m.body = 'CANARY-NOTE' AND e.id = 3 AND l.id = 60`
    const said = JSON.stringify((await query(db.engine, 'admin', sql)).rows)
    for (const canary of PG_CANARIES.analyst.filter((one) => !PG_CANARIES.admin.includes(one)))
      expect(said).toContain(canary)
    expect((await db.own.rows("SELECT public.canary('x') AS said", []))[0]!.said).toBe('CANARY-FUNCTION')
  })
})

async function outcome(engine: QueryEngine, role: ViewRole, sql: string): Promise<{ verdict: string; text: string }> {
  try {
    return { verdict: 'rows', text: JSON.stringify(await query(engine, role, sql)) }
  } catch (error) {
    if (!(error instanceof QueryFailure)) throw error
    // The caller's own text may come back; what the database adds may hold no canary.
    return { verdict: error.shape.rule ?? error.shape.kind, text: JSON.stringify(error.shape) }
  }
}

/** Equal as long as no row, object, setting, role or file of the cluster has changed. */
async function fingerprint({ own, postgres }: TestPg): Promise<string> {
  const tables = await own.rows(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1",
    [],
  )
  const sums: string[] = []
  for (const { name } of tables) {
    const [row] = await own.rows(
      `SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) AS sum FROM ${name} t`,
      [],
    )
    sums.push(`${name} ${row!.sum}`)
  }
  const [facts] = await own.rows(
    `SELECT (SELECT count(*) FROM pg_class) AS classes, (SELECT count(*) FROM pg_proc) AS functions, (SELECT count(*) FROM pg_largeobject_metadata) AS objects,
      (SELECT count(*) FROM pg_extension) AS extensions, (SELECT md5(string_agg(r::text, '' ORDER BY r.oid)) FROM pg_authid r) AS roles,
      (SELECT count(*) FROM pg_replication_slots) AS slots, (SELECT md5(string_agg(s::text, '')) FROM pg_db_role_setting s) AS settings,
      (SELECT last_value || is_called::text FROM counter) AS counter, (SELECT count(*) FROM pg_stat_activity WHERE usename NOT IN ('postgres', 'reader')) AS strangers`,
    [],
  )
  const files = [postgres.dir, join(postgres.dir, 'data')].map((dir) => readdirSync(dir).sort())
  return JSON.stringify({ sums, facts, files })
}
