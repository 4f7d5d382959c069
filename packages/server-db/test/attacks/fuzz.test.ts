/** A checked fuzz: whatever is asked, the guard answers, nothing is written, and no canary sings. `CAUSEWAY_FUZZ=20000` runs the long form. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CANARIES, errorOf, openTestDb, type TestDb } from '../open-test-db.ts'
import { anyStatement } from './any-statement.ts'

const STATEMENTS = Number(process.env.CAUSEWAY_FUZZ ?? 600)
const SEED = Number(process.env.CAUSEWAY_FUZZ_SEED ?? 20_261_121)
const KNOWN = [
  'statement_refused',
  'invalid_arguments',
  'sql_error',
  'query_timeout',
  'query_too_heavy',
  'result_too_large',
]

let db: TestDb
beforeAll(async () => {
  db = await openTestDb()
})
afterAll(() => db.close())

it(
  `${STATEMENTS} statements`,
  async () => {
    const before = db.fingerprint()
    const counts = { rows: 0, refused: 0, failed: 0 }
    const statements = fc.sample(anyStatement, { numRuns: STATEMENTS, seed: SEED })
    for (const [i, sql] of statements.entries()) {
      const role = i % 2 === 0 ? 'viewer' : 'support'
      const result = await db.query(role, sql.replaceAll('{dir}', '/nowhere'), { timeout_ms: 500 })
      const said = JSON.stringify(result)
      for (const canary of CANARIES[role]) if (!sql.includes(canary)) expect(said, sql).not.toContain(canary)
      expect(said, sql).not.toMatch(/[sh]_[0-9a-f]{24}/)
      if (!result.isError) counts.rows++
      else {
        const { code } = errorOf(result)
        expect(KNOWN, `${sql}: ${errorOf(result).message}`).toContain(code)
        counts[code === 'statement_refused' ? 'refused' : 'failed']++
      }
      if (i % 500 === 499) expect(db.fingerprint()).toEqual(before)
    }
    expect(db.fingerprint()).toEqual(before)
    // A fuzz that only ever fails tells nothing.
    for (const count of Object.values(counts)) expect(count, JSON.stringify(counts)).toBeGreaterThan(STATEMENTS / 50)
  },
  STATEMENTS * 100 + 20_000,
)
