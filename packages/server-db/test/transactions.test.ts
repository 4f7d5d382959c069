/** run_transaction: rehearsed and rolled back, confirmed by what it would do, committed only if it does exactly that. */
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ClaimRole, errorOf, openTestDb, rowsOf, type TestDb } from './open-test-db.ts'

let db: TestDb
beforeAll(async () => {
  db = await openTestDb()
})
afterAll(() => db.close())

const UPDATE = { sql: 'UPDATE tickets SET status = $1 WHERE id IN (1, 2)', params: ['waiting'] }

function transact(statements: unknown[], more: Record<string, unknown> = {}, role: ClaimRole = 'operator') {
  return db.call(role, 'run_transaction', { statements, ...more })
}

/** Rehearses and gives the token. */
async function tokenFor(statements: unknown[]): Promise<string> {
  const { structuredContent } = await transact(statements)
  return structuredContent.confirmation_token as string
}

async function statusOf(id: number): Promise<unknown> {
  return rowsOf(await db.query('operator', 'SELECT status FROM tickets WHERE id = $1', { params: [id] }))[0]![0]
}

function writeBehind(sql: string): void {
  const own = new DatabaseSync(db.file, { timeout: 5_000 })
  own.exec(sql)
  own.close()
}

beforeEach(() => writeBehind("UPDATE tickets SET status = 'open', satisfaction = NULL WHERE id IN (1, 2, 3)"))

describe('the rehearsal', () => {
  it('tells what would change, and changes nothing', async () => {
    const before = db.fingerprint()
    const { structuredContent: report, content } = await transact([
      UPDATE,
      {
        sql: 'INSERT INTO ticket_messages (ticket_id, author, body, internal, sent_at) VALUES ($1, $2, $3, 1, $4)',
        params: [1, 'employee', 'called back', '2026-06-01 10:00:00'],
      },
    ])
    expect(report).toMatchObject({
      database: 'helpdesk',
      committed: false,
      failure: null,
      confirmation_token: expect.any(String),
    })
    expect(report.effects).toEqual([
      {
        statement: 1,
        table: 'tickets',
        action: 'update',
        row_count: 2,
        rows: [
          { before: { id: 1, status: 'open' }, after: { id: 1, status: 'waiting' } },
          { before: { id: 2, status: 'open' }, after: { id: 2, status: 'waiting' } },
        ],
      },
      {
        statement: 2,
        table: 'ticket_messages',
        action: 'insert',
        row_count: 1,
        rows: [{ before: null, after: expect.objectContaining({ ticket_id: 1, body: 'called back' }) }],
      },
    ])
    const [messages, tickets] = report.tables as { table: string; rows_before: number; rows_after: number }[]
    expect(messages!.rows_after - messages!.rows_before).toBe(1)
    expect(tickets!.rows_after).toBe(tickets!.rows_before)
    expect(content[0]!.text).toMatch(
      /^Rehearsed and rolled back: 3 rows would change in helpdesk\. Nothing is changed yet\./,
    )
    expect(db.fingerprint()).toEqual(before)
  })

  it('tells of a constraint that fails, and gives no token', async () => {
    for (const [sql, message] of [
      ["UPDATE tickets SET status = 'nonsense' WHERE id = 1", 'CHECK constraint failed'],
      [
        'UPDATE tickets SET number = (SELECT number FROM tickets WHERE id = 2) WHERE id = 1',
        'UNIQUE constraint failed: tickets.number',
      ],
      ['UPDATE tickets SET customer_id = 999999 WHERE id = 1', 'FOREIGN KEY constraint failed'],
      ['UPDATE tickets SET subject = NULL WHERE id = 1', 'NOT NULL constraint failed: tickets.subject'],
      ["UPDATE tickets SET satisfaction = 'much' WHERE id = 1", 'cannot store TEXT value in INTEGER column'],
    ]) {
      const { structuredContent } = await transact([{ sql }])
      expect(structuredContent.failure, sql).toMatchObject({ statement: 1, message: expect.stringContaining(message!) })
      expect(structuredContent.confirmation_token, sql).toBeUndefined()
    }
  })

  it('gives no token for a change of nothing', async () => {
    const { structuredContent } = await transact([{ sql: 'UPDATE tickets SET status = status WHERE id = -1' }])
    expect(structuredContent).toMatchObject({ effects: [], committed: false })
    expect(structuredContent.confirmation_token).toBeUndefined()
  })
})

describe('the commit', () => {
  it('does what was confirmed, once', async () => {
    const confirmation_token = await tokenFor([UPDATE])
    const done = await transact([UPDATE], { confirmation_token })
    expect(done.structuredContent).toMatchObject({ committed: true, effects: [{ row_count: 2 }] })
    expect([await statusOf(1), await statusOf(2)]).toEqual(['waiting', 'waiting'])
    expect(errorOf(await transact([UPDATE], { confirmation_token })).code).toBe('confirmation_spent')
  })

  it('refuses when the effects are others by then', async () => {
    for (const change of [
      "UPDATE tickets SET status = 'resolved' WHERE id = 2",
      "UPDATE tickets SET status = 'waiting' WHERE id = 1",
    ]) {
      const confirmation_token = await tokenFor([UPDATE])
      writeBehind(change)
      const error = errorOf(await transact([UPDATE], { confirmation_token }))
      expect(error, change).toMatchObject({ code: 'effects_changed', committed: false })
      writeBehind("UPDATE tickets SET status = 'open' WHERE id IN (1, 2)")
    }
    expect(await statusOf(1)).toBe('open')
  })

  it('goes through when somebody else changed other rows meanwhile', async () => {
    const confirmation_token = await tokenFor([UPDATE])
    writeBehind("UPDATE tickets SET status = 'resolved' WHERE id = 3")
    expect((await transact([UPDATE], { confirmation_token })).structuredContent.committed).toBe(true)
  })

  it('a token confirms its own statements, for its own caller', async () => {
    const confirmation_token = await tokenFor([UPDATE])
    const other = { ...UPDATE, params: ['resolved'] }
    expect(errorOf(await transact([other], { confirmation_token })).code).toBe('confirmation_invalid')
    expect(errorOf(await transact([UPDATE, UPDATE], { confirmation_token })).code).toBe('confirmation_invalid')
    expect(errorOf(await transact([UPDATE], { confirmation_token }, 'support')).code).toBe('confirmation_invalid')
    expect(await statusOf(1)).toBe('open')
  })

  it('values that differ each time cannot be confirmed, and the error says why', async () => {
    const sql =
      "INSERT INTO ticket_messages (ticket_id, author, body, internal, sent_at) VALUES (1, 'customer', hex(random()), 0, '2026-06-01 10:00:00')"
    const confirmation_token = await tokenFor([{ sql }])
    const error = errorOf(await transact([{ sql }], { confirmation_token }))
    expect(error).toMatchObject({
      code: 'effects_changed',
      message: expect.stringContaining('random values in params'),
    })
  })
})

describe('what may not be written', () => {
  const REFUSED: [string, string, string][] = [
    ['another table', "UPDATE customers SET name = 'x'", 'write_allow_list'],
    ['another action', 'DELETE FROM tickets WHERE id = 1', 'write_allow_list'],
    ['an insert where only updates are allowed', "INSERT INTO tickets (number) VALUES ('x')", 'write_allow_list'],
    ['rows that REPLACE takes away', 'REPLACE INTO refunds SELECT * FROM refunds LIMIT 1', 'write_allow_list'],
    ['a table that the policy does not name', "INSERT INTO payroll (note) VALUES ('x')", 'write_allow_list'],
    ['the schema', 'DROP TABLE payroll', 'write_only'],
    ['a new table', 'CREATE TABLE loot (x)', 'write_only'],
    ['a new temporary table', 'CREATE TEMP TABLE loot (x)', 'write_only'],
    ['a trigger', 'CREATE TEMP TRIGGER x AFTER UPDATE ON tickets BEGIN SELECT 1; END', 'write_only'],
    ['a setting', 'PRAGMA foreign_keys = OFF', 'write_only'],
    ['another file', "ATTACH '/tmp/x.db' AS x", 'write_only'],
    ['the end of the transaction', 'COMMIT', 'write_only'],
    ['its beginning', 'BEGIN', 'write_only'],
    ['a savepoint', 'SAVEPOINT x', 'write_only'],
    ['a SELECT', 'SELECT 1', 'write_only'],
    ['VACUUM', "VACUUM INTO '/tmp/x.db'", 'write_only'],
    ['REINDEX', 'REINDEX', 'write_only'],
    ['a second statement', `${UPDATE.sql.replace('$1', "'waiting'")}; DROP TABLE payroll`, 'one_statement'],
    ['a COMMIT behind it', `${UPDATE.sql.replace('$1', "'waiting'")}; COMMIT; DROP TABLE payroll`, 'one_statement'],
    ['a NUL', 'UPDATE tickets SET status = 1\0', 'plain_text'],
    ['a forbidden function', "UPDATE tickets SET subject = load_extension('x')", 'allowed_functions'],
    ['the catalog', 'UPDATE tickets SET subject = (SELECT group_concat(sql) FROM sqlite_schema)', 'no_catalog'],
    ['statistics', 'DELETE FROM sqlite_stat1', 'write_only'],
  ]

  it.each(REFUSED)('%s', async (_, sql, rule) => {
    const before = db.fingerprint()
    expect(errorOf(await transact([{ sql }])).rule, sql).toBe(rule)
    expect(db.fingerprint()).toEqual(before)
  })

  it('anything, by a role that is not allowed to', async () => {
    for (const role of ['support', 'viewer'] as const)
      expect(errorOf(await transact([UPDATE], {}, role)).rule).toBe('write_allow_list')
    expect(errorOf(await transact([UPDATE], {}, 'stranger')).code).toBe('forbidden')
  })

  it('the record of changes', async () => {
    expect(errorOf(await transact([{ sql: 'UPDATE c_0 SET statement = 1' }])).code).toBe('sql_error')
    const read = 'UPDATE tickets SET subject = (SELECT group_concat(name) FROM temp.sqlite_schema) WHERE id = 1'
    expect(errorOf(await transact([{ sql: read }])).rule).toBe('no_catalog')
  })

  it('more than 20 statements, or 10,000 rows', async () => {
    expect(errorOf(await transact(Array(21).fill(UPDATE))).code).toBe('invalid_arguments')
    const many = {
      sql: `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= 10000)
      INSERT INTO ticket_messages (ticket_id, author, body, internal, sent_at) SELECT 1, 'customer', '', 0, '' FROM n`,
    }
    expect(errorOf(await transact([many])).code).toBe('query_too_heavy')
  })
})

it('a transaction that runs too long is stopped and leaves nothing behind', async () => {
  const cancel = new AbortController()
  const forever = {
    sql: `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
    UPDATE tickets SET satisfaction = (SELECT count(*) FROM n) WHERE id = 1`,
  }
  const call = db.call('operator', 'run_transaction', { statements: [UPDATE, forever] }, cancel.signal)
  setTimeout(() => cancel.abort(), 400)
  expect(errorOf(await call).code).toBe('canceled')
  expect(await statusOf(1)).toBe('open')
  expect((await transact([UPDATE])).isError).toBeFalsy()
})
