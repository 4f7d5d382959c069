/** Oracle probes: two databases that differ only in what a role may not see must answer that role alike, whatever it asks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ClaimRole, openTestDb, type TestDb } from '../open-test-db.ts'

const SSN = '900-11-3333'
const BIRTH = '1980-01-01'
const SALARY = 7_700_000

/** The masks show the same of both values: first letters, last digits, domains. */
const DIFFERENCES: Record<'support' | 'viewer', readonly [string, string]> = {
  support: [
    `UPDATE customers SET ssn = '${SSN}', email = 'kayla@oracle.example', phone = '+1 222 33', birth_date = '${BIRTH}' WHERE id = 5;
     UPDATE employees SET salary_cents = ${SALARY}, phone = '111' WHERE id = 4;
     UPDATE products SET cost_cents = 1 WHERE id = 1;`,
    `UPDATE customers SET ssn = '988-77-3333', email = 'kim@oracle.example', phone = '+1 999 8 33', birth_date = '1999-12-31' WHERE id = 5;
     UPDATE employees SET salary_cents = 1, phone = '222' WHERE id = 4;
     UPDATE products SET cost_cents = 2 WHERE id = 1;
     INSERT INTO employees VALUES (61, 'Gone Person', 'gone@helpdesk.example', NULL, 'Dispatcher', 'logistics', 2, '2020-01-01', 5, 0);`,
  ],
  viewer: [
    `UPDATE customers SET ssn = '${SSN}', phone = '+1 222 33', birth_date = '${BIRTH}', street = 'Here 1' WHERE id = 5;
     UPDATE employees SET salary_cents = ${SALARY}, phone = '111' WHERE id = 4;
     UPDATE ticket_messages SET body = 'secret one' WHERE id = 2;`,
    `UPDATE customers SET ssn = '988-77-3333', phone = '+1 9 9', birth_date = '1999-12-31', street = 'There 2' WHERE id = 5;
     UPDATE employees SET salary_cents = 1, phone = '222' WHERE id = 4;
     UPDATE ticket_messages SET body = 'not json [' WHERE id = 2;
     INSERT INTO ticket_messages (ticket_id, author, body, internal, sent_at) VALUES (1, 'employee', 'extra', 1, '2026-01-01');`,
  ],
}

const PROBES = [
  'SELECT * FROM customers WHERE id = 5',
  `SELECT id FROM customers WHERE ssn = '${SSN}'`,
  `SELECT id FROM customers WHERE ssn LIKE '900-11-%'`,
  `SELECT id FROM customers WHERE ssn GLOB '9*' AND id = 5`,
  `SELECT id FROM customers WHERE hex(ssn) > hex('95') AND id = 5`,
  `SELECT count(*) FROM customers WHERE birth_date < '1990-01-01' AND id = 5`,
  `SELECT count(*) FROM customers WHERE email = 'kayla@oracle.example'`,
  `SELECT length(email), length(phone), instr(phone, '2') FROM customers WHERE id = 5`,
  'SELECT id FROM customers ORDER BY ssn, id',
  'SELECT id FROM customers ORDER BY email, id',
  'SELECT id FROM customers ORDER BY birth_date, id',
  'SELECT id FROM customers ORDER BY phone DESC, id',
  'SELECT id, rank() OVER (ORDER BY phone) FROM customers',
  'SELECT min(phone), max(phone), count(DISTINCT phone) FROM customers',
  'SELECT phone, count(*) FROM customers GROUP BY phone ORDER BY phone',
  `SELECT c.id FROM customers c JOIN (VALUES ('${SSN}')) v ON v.column1 = c.ssn`,
  `SELECT c.id FROM customers c JOIN (SELECT '+1 222 33' AS phone) v USING (phone)`,
  `SELECT c.id FROM customers c NATURAL JOIN (SELECT 5 AS id, '+1 222 33' AS phone) v`,
  `SELECT id FROM customers WHERE (id, phone) IN (VALUES (5, '+1 222 33'))`,
  `SELECT EXISTS (SELECT 1 FROM customers WHERE phone = '+1 222 33')`,
  `SELECT id FROM customers WHERE id = 5 EXCEPT SELECT id FROM customers WHERE phone = '+1 222 33'`,
  'SELECT CAST(phone AS INTEGER), CAST(phone AS BLOB), quote(phone), typeof(phone) FROM customers WHERE id = 5',
  "SELECT json_group_array(json_object('p', phone, 'e', email)) FROM customers WHERE id = 5",
  'SELECT value FROM customers, json_each(json_array(phone, email)) WHERE customers.id = 5',
  `SELECT CASE WHEN phone LIKE '+1 2%' THEN abs(-9223372036854775807 - 1) ELSE 0 END FROM customers WHERE id = 5`,
  `SELECT json_extract('{}', phone) FROM customers WHERE id = 5`,
  `WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < 20) SELECT n, substr(phone, n, 1) FROM g, customers WHERE id = 5`,
  `SELECT id FROM employees WHERE salary_cents > 1000`,
  'SELECT id FROM employees ORDER BY salary_cents, id',
  'SELECT sum(salary_cents) FROM employees',
  'SELECT customers.ssn COLLATE NOCASE FROM customers WHERE id = 5',
  'SELECT 1 FROM customers WHERE id = 5 GROUP BY ssn HAVING min(ssn) < max(ssn)',
  'SELECT rowid, * FROM customers WHERE id = 5',
  'SELECT c.* FROM customers c JOIN customers d USING (phone, email) WHERE c.id = 5',
  'SELECT count(*) FROM customers c NATURAL JOIN customers d',
  "SELECT id FROM customers WHERE phone BETWEEN '+1 2' AND '+1 3'",
  "SELECT id FROM customers WHERE phone > '+1 5' ORDER BY id",
  "SELECT id FROM customers WHERE phone COLLATE NOCASE = '+1 222 33'",
  'SELECT unicode(phone), hex(phone), octet_length(phone), length(CAST(phone AS BLOB)) FROM customers WHERE id = 5',
  "SELECT printf('%s %q %Q', phone, email, phone) FROM customers WHERE id = 5",
  'SELECT group_concat(phone ORDER BY phone) FROM customers',
  'SELECT lag(phone) OVER (ORDER BY phone), first_value(email) OVER (ORDER BY phone) FROM customers ORDER BY id',
  'SELECT phone, percent_rank() OVER (ORDER BY phone), cume_dist() OVER (ORDER BY email) FROM customers WHERE id < 9',
  'SELECT median(length(phone)), max(length(email)) FROM customers WHERE id = 5',
  "SELECT CASE phone WHEN '+1 222 33' THEN 1 ELSE 0 END, iif(email = 'kayla@oracle.example', 1, 0), nullif(phone, '+1 222 33') FROM customers WHERE id = 5",
  "SELECT json_extract(json_object('p', phone), '$.p'), json(json_quote(phone)) FROM customers WHERE id = 5",
  "SELECT json_type(json_object('s', ssn), '$.s') FROM customers WHERE id = 5",
  'WITH x AS MATERIALIZED (SELECT * FROM customers) SELECT * FROM x WHERE id = 5',
  'SELECT * FROM (SELECT * FROM customers UNION ALL SELECT * FROM customers) WHERE id = 5',
  'SELECT (SELECT phone FROM customers WHERE id = 5) = (SELECT phone FROM customers WHERE id = 5)',
  'SELECT a.id FROM customers a WHERE a.phone = (SELECT max(b.phone) FROM customers b)',
  "SELECT likelihood(phone = '+1 222 33', 0.5), phone IS '+1 222 33', phone IN ('+1 222 33') FROM customers WHERE id = 5",
  "SELECT id FROM customers WHERE phone GLOB '+1 [2]*' OR phone LIKE '+1 22_ 33'",
  "SELECT phone || email || coalesce(phone, '') FROM customers WHERE id = 5",
  'SELECT EXISTS (SELECT ssn FROM customers WHERE id = 5 INTERSECT SELECT ssn FROM customers)',
  'SELECT salary_cents FROM employees UNION SELECT id FROM employees',
  'SELECT cost_cents < 2 FROM products WHERE id = 1 AND EXISTS (SELECT phone FROM employees WHERE id = 4)',
  'SELECT ntile(4) OVER (ORDER BY salary_cents) FROM employees',
  "SELECT substr(phone, 4, 3), replace(phone, '2', 'x'), trim(phone, '+1 '), instr(phone, '222') FROM customers WHERE id = 5",
]

const ROW_PROBES: Record<'support' | 'viewer', readonly string[]> = {
  support: [
    'SELECT count(*), max(id), sum(active) FROM employees',
    `SELECT count(*) FROM employees WHERE CASE WHEN name = 'Gone Person' THEN abs(-9223372036854775807 - 1) ELSE 1 END`,
    `SELECT id FROM employees WHERE json(CASE active WHEN 0 THEN 'bad' ELSE '1' END) = '1'`,
    `SELECT count(*) FILTER (WHERE json(CASE active WHEN 0 THEN 'bad' ELSE '1' END) = '1') FROM employees`,
    `SELECT e.id FROM employees e JOIN employees m ON m.id = e.manager_id AND json(CASE e.active WHEN 0 THEN 'bad' ELSE '1' END) = '1'`,
    'SELECT t.id, e.name FROM tickets t LEFT JOIN employees e ON e.id = t.assignee_id ORDER BY t.id LIMIT 100',
  ],
  viewer: [
    'SELECT count(*), max(id), sum(internal) FROM ticket_messages',
    // Index columns are compared before the others: without a barrier, before the row filter too.
    `SELECT id FROM ticket_messages WHERE ticket_id = 1 AND json(CASE length(sent_at) WHEN 10 THEN 'bad' ELSE '1' END) = '1'`,
    `SELECT id FROM ticket_messages WHERE json(body) IS NULL`,
    `SELECT count(*) FROM ticket_messages WHERE json_valid(body)`,
    `SELECT id FROM ticket_messages WHERE json(CASE internal WHEN 1 THEN 'bad' ELSE '1' END) <> '1'`,
    `SELECT count(*) FILTER (WHERE abs(CASE internal WHEN 1 THEN -9223372036854775807 - 1 ELSE 1 END) = 1) FROM ticket_messages`,
    `SELECT t.id FROM tickets t JOIN ticket_messages m ON m.ticket_id = t.id AND json(CASE m.internal WHEN 1 THEN 'bad' ELSE '1' END) <> '1'`,
    `SELECT t.id, (SELECT count(*) FROM ticket_messages m WHERE m.ticket_id = t.id) FROM tickets t ORDER BY 1 LIMIT 50`,
  ],
}

describe.each(['support', 'viewer'] as const)('as %s', (role) => {
  let one: TestDb
  let other: TestDb
  beforeAll(async () => {
    one = await openTestDb(DIFFERENCES[role][0])
    other = await openTestDb(DIFFERENCES[role][1])
  })
  afterAll(() => Promise.all([one.close(), other.close()]))

  it(`${PROBES.length + ROW_PROBES[role].length} probes cannot tell the two databases apart`, async () => {
    expect(PROBES.length + ROW_PROBES[role].length).toBeGreaterThanOrEqual(60)
    for (const sql of [...PROBES, ...ROW_PROBES[role]]) {
      const asked = (db: TestDb) => answer(db, role, { tool: 'run_query', args: { sql, limit: 500 } })
      expect(await asked(one), sql).toBe(await asked(other))
    }
    for (const sql of [...PROBES, ...ROW_PROBES[role]].filter((_, i) => i % 10 === 0))
      for (const tool of ['check_query', 'explain_query', 'export_query'])
        expect(await answer(one, role, { tool, args: { sql } }), sql).toBe(
          await answer(other, role, { tool, args: { sql } }),
        )
    for (const call of [
      ...['ssn', 'email', 'phone', 'birth_date', 'street'].map((column) => ({
        tool: 'profile_column',
        args: { table: 'customers', column, top: 50 },
      })),
      { tool: 'search_schema', args: { detail: 'full' } },
      ...['customers', 'employees', 'ticket_messages', 'products'].map((table) => ({
        tool: 'describe_table',
        args: { table, samples: 10 },
      })),
    ])
      expect(await answer(one, role, call)).toBe(await answer(other, role, call))
  })

  it('an operator can tell them apart: they do differ', async () => {
    const sql = 'SELECT ssn FROM customers WHERE id = 5'
    const call = { tool: 'run_query', args: { sql } }
    expect(await answer(one, 'operator', call)).not.toBe(await answer(other, 'operator', call))
  })
})

/** The whole answer but for how long it took and the random bytes of a cursor. */
async function answer(db: TestDb, role: ClaimRole, call: { tool: string; args: Record<string, unknown> }) {
  const { content, structuredContent } = await db.call(role, call.tool, call.args)
  return JSON.stringify({ content, structuredContent })
    .replace(/[\d.]+ ms/g, 'ms')
    .replace(/"elapsed_ms":[\d.]+/g, '')
    .replace(/database:\/\/blobs\/[\w-]+/g, '')
    .replace(/next_cursor(: |":")[\w-]+/g, '')
}
