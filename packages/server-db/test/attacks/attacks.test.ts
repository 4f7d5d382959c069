/** The attack corpus against a real database: nothing is written, nothing escapes, no canary sings. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CANARIES, type ClaimRole, errorOf, openTestDb, type TestDb } from '../open-test-db.ts'
import { ATTACKS, PROBES } from './attack-corpus.ts'

let db: TestDb
let before: string[]

beforeAll(async () => {
  db = await openTestDb()
  before = db.fingerprint()
})
afterAll(() => db.close())

function expectNoCanary(role: ClaimRole, result: unknown, sql: string): void {
  const said = JSON.stringify(result)
  for (const canary of CANARIES[role]) expect(said, `${role}: ${sql}`).not.toContain(canary)
  expect(said, `${role}: ${sql}`).not.toContain(db.dir)
  expect(said, `${role}: ${sql}`).not.toMatch(/[sh]_[0-9a-f]{24}/)
}

describe.each(['operator', 'support', 'viewer'] as const)('as %s', (role) => {
  it(`${ATTACKS.length} attacks end as the rules say`, async () => {
    expect(ATTACKS.length).toBeGreaterThanOrEqual(150)
    const outcomes: string[] = []
    for (const { sql, expect: expected } of ATTACKS) {
      const text = sql.replaceAll('{dir}', db.dir)
      const result = await db.query(role, text)
      const outcome = result.isError ? (errorOf(result).rule ?? errorOf(result).code) : 'rows'
      if (outcome !== expected) outcomes.push(`${sql.slice(0, 100)}: ${outcome}, not ${expected}`)
      // A path in the attacker's own text may be echoed; what the database adds may not hold one.
      if (!text.includes(db.dir)) expectNoCanary(role, result, sql)
    }
    expect(outcomes).toEqual([])
    expect(db.fingerprint()).toEqual(before)
  })
})

describe.each(['support', 'viewer'] as const)('as %s', (role) => {
  it(`${PROBES.length} probes of what the role may not see tell nothing`, async () => {
    for (const sql of PROBES) expectNoCanary(role, await db.query(role, sql), sql)
    for (const table of ['customers', 'employees', 'ticket_messages'])
      expectNoCanary(role, await db.call(role, 'describe_table', { table, samples: 10 }), table)
    expectNoCanary(role, await db.call(role, 'search_schema', { detail: 'full' }), 'search_schema')
  })

  it('a hidden table fails like one that does not exist', async () => {
    for (const sql of [
      'SELECT * FROM %',
      'SELECT x FROM main.%',
      'SELECT count(*) FROM %',
      'SELECT 1 FROM % LIMIT 0',
    ]) {
      const hidden = await db.query(role, sql.replace('%', 'payroll'))
      const unknown = await db.query(role, sql.replace('%', 'nosuchq'))
      expect(hidden.isError).toBe(true)
      expect(JSON.stringify(hidden).replaceAll('payroll', 'nosuchq')).toBe(JSON.stringify(unknown))
    }
  })
})

it('an operator sees what the canaries guard: they are planted', async () => {
  const sql = `SELECT c.ssn, c.birth_date, c.street, c.email, p.note, m.body, e.salary_cents, l.name
    FROM customers c, payroll p, ticket_messages m, employees e, employees l
    WHERE c.id = 1 AND m.body = 'CANARY-NOTE' AND e.id = 3 AND l.id = 60`
  const said = JSON.stringify(await db.query('operator', sql))
  for (const canary of CANARIES.viewer.filter((one) => one !== 'CANARY-FILE')) expect(said).toContain(canary)
})

it('a caller without a known role gets nothing', async () => {
  const listed = await db.call('stranger', 'list_databases', {})
  expect(listed.structuredContent.databases).toEqual([])
  for (const [tool, args] of [
    ['run_query', { sql: 'SELECT 1' }],
    ['search_schema', {}],
    ['describe_table', { table: 'customers' }],
  ] as const)
    expect(errorOf(await db.call('stranger', tool, args)).code).toBe('forbidden')
})
