/** Oracle probes on Postgres: two databases that differ only in what a role may not see must answer that role alike, whatever it asks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DbClient } from '../../src/engine/postgres/db-client.ts'
import type { QueryEngine } from '../../src/engine/query-engine.ts'
import { QueryFailure } from '../../src/engine/query-failure.ts'
import { fillDatabase, openEngine, query, requestOf, type ViewRole } from '../open-test-pg.ts'
import { POSTGRES_BIN, startTestPostgres, type TestPostgres, WITHOUT_POSTGRES } from '../start-test-postgres.ts'

type Restricted = Exclude<ViewRole, 'admin'>

/** The masks show the same of both values: first letters, last digits, domains. */
const DIFFERENCES: Record<Restricted, readonly [string, string]> = {
  support: [
    `UPDATE customers SET ssn = '900-11-3333', email = 'kayla@oracle.example', phone = '+1 222 33', birth_date = '1980-01-01' WHERE id = 5;
     UPDATE employees SET salary_cents = 7700000, phone = '111' WHERE id = 4;
     UPDATE products SET cost_cents = 1 WHERE id = 1;
     ANALYZE;\n`,
    `UPDATE customers SET ssn = '988-77-3333', email = 'kim@oracle.example', phone = '+1 999 8 33', birth_date = '1999-12-31' WHERE id = 5;
     UPDATE employees SET salary_cents = 1, phone = '222' WHERE id = 4;
     UPDATE products SET cost_cents = 2 WHERE id = 1;
     CREATE TABLE only_here (id integer);
     INSERT INTO employees VALUES (61, 'Gone Person', 'gone@helpdesk.example', NULL, 'Dispatcher', 'logistics', 2, '2020-01-01', 5, 0);
     ANALYZE;\n`,
  ],
  analyst: [
    `UPDATE customers SET ssn = '900-11-3333', phone = '+1 222 33', birth_date = '1980-01-01', street = 'Here 1' WHERE id = 5;
     UPDATE employees SET salary_cents = 7700000, phone = '111' WHERE id = 4;
     UPDATE ticket_messages SET body = 'secret one' WHERE id = 2;
     ANALYZE;\n`,
    `UPDATE customers SET ssn = '988-77-3333', phone = '+1 9 9', birth_date = '1999-12-31', street = 'There 2' WHERE id = 5;
     UPDATE employees SET salary_cents = 1, phone = '222' WHERE id = 4;
     UPDATE ticket_messages SET body = 'not json [' WHERE id = 2;
     CREATE TABLE only_here (id integer);
     INSERT INTO ticket_messages (ticket_id, author, body, internal, sent_at) VALUES (1, 'employee', 'extra', 1, '2026-01-01');
     ANALYZE;\n`,
  ],
}

const PROBES = [
  "SELECT CASE WHEN true THEN 'public.only_here' ELSE pg_typeof(1) END",
  "SELECT 'public.only_here' UNION SELECT pg_catalog.pg_typeof(1)",
  "SELECT coalesce((1).pg_typeof, 'public.only_here')",
  'SELECT * FROM only_here',
  'SELECT * FROM customers WHERE id = 5',
  "SELECT id FROM customers WHERE ssn = '900-11-3333'",
  "SELECT id FROM customers WHERE ssn LIKE '900-11-%'",
  "SELECT id FROM customers WHERE phone LIKE '+1 2%'",
  "SELECT id FROM customers WHERE phone ~ '^.1 2'",
  "SELECT id FROM customers WHERE phone SIMILAR TO '%222%'",
  "SELECT id FROM customers WHERE phone > '+1 5' AND id = 5",
  "SELECT id FROM customers WHERE phone BETWEEN '+1 222' AND '+1 223'",
  "SELECT count(*) FROM customers WHERE birth_date < '1990-01-01' AND id = 5",
  "SELECT count(*) FROM customers WHERE email = 'kayla@oracle.example'",
  "SELECT length(email), length(phone), strpos(phone, '2') FROM customers WHERE id = 5",
  'SELECT octet_length(phone), bit_length(email), md5(phone), ascii(phone) FROM customers WHERE id = 5',
  'SELECT id FROM customers ORDER BY ssn, id',
  'SELECT id FROM customers ORDER BY email, id',
  'SELECT id FROM customers ORDER BY birth_date, id',
  'SELECT id FROM customers ORDER BY phone DESC, id',
  'SELECT id FROM customers ORDER BY phone USING >, id',
  'SELECT id, rank() OVER (ORDER BY phone) FROM customers ORDER BY id',
  'SELECT id, ntile(10) OVER (ORDER BY phone, id) FROM customers ORDER BY id',
  'SELECT id, lag(phone) OVER (ORDER BY id) FROM customers ORDER BY id',
  'SELECT min(phone), max(phone), count(DISTINCT phone) FROM customers',
  'SELECT phone, count(*) FROM customers GROUP BY phone ORDER BY phone',
  'SELECT phone, count(*) FROM customers GROUP BY ROLLUP (phone) ORDER BY phone, 2',
  'SELECT mode() WITHIN GROUP (ORDER BY phone), percentile_disc(0.5) WITHIN GROUP (ORDER BY phone) FROM customers',
  "SELECT c.id FROM customers c JOIN (VALUES ('900-11-3333')) v (ssn) ON v.ssn = c.ssn",
  "SELECT c.id FROM customers c JOIN (SELECT '+1 222 33' AS phone) v USING (phone)",
  "SELECT c.id FROM customers c JOIN (SELECT '900-11-3333' AS ssn) v USING (ssn)",
  "SELECT c.id FROM customers c NATURAL JOIN (SELECT 5 AS id, '+1 222 33' AS phone) v",
  "SELECT id FROM customers WHERE (id, phone) IN (VALUES (5, '+1 222 33'))",
  "SELECT EXISTS (SELECT 1 FROM customers WHERE phone = '+1 222 33')",
  "SELECT id FROM customers WHERE phone = ANY (ARRAY['+1 222 33', '+1 999 8 33', '+1 9 9'])",
  "SELECT id FROM customers WHERE id = 5 EXCEPT SELECT id FROM customers WHERE phone = '+1 222 33'",
  "SELECT id FROM customers INTERSECT SELECT id FROM customers WHERE phone LIKE '%222%' ORDER BY id",
  'SELECT phone::bytea, phone::varchar(4), quote_literal(phone), pg_typeof(phone) FROM customers WHERE id = 5',
  'SELECT birth_date::text, ssn::bytea FROM customers WHERE id = 5',
  'SELECT phone::numeric FROM customers WHERE id = 5',
  "SELECT replace(replace(phone, '+', ''), ' ', '')::bigint FROM customers WHERE id = 5",
  "SELECT json_agg(json_build_object('p', phone, 'e', email)) FROM customers WHERE id = 5",
  'SELECT row_to_json(c) FROM customers c WHERE id = 5',
  'SELECT to_jsonb(customers) FROM customers WHERE id = 5',
  'SELECT customers FROM customers WHERE id = 5',
  'SELECT c::text FROM customers c WHERE c.id = 5',
  'SELECT (c).phone, (c).* FROM (SELECT customers AS c FROM customers WHERE id = 5) x',
  'SELECT c.row_to_json, c.to_json FROM customers c WHERE id = 5',
  "SELECT c.id FROM customers c WHERE c > ROW(5, 'x', 'y') ORDER BY c.id",
  'SELECT x.a, x.b, x.c, x.d, x.e FROM customers AS x (a, b, c, d, e) WHERE x.a = 5',
  'SELECT x.e FROM (SELECT * FROM customers) AS x (a, b, c, d, e) WHERE x.a = 5',
  'SELECT 1, * FROM customers WHERE id = 5 UNION ALL SELECT 2, * FROM customers WHERE id = 5',
  'SELECT ctid, xmin FROM customers WHERE id = 5',
  'SELECT customers.ctid FROM customers',
  'SELECT u FROM customers, unnest(ARRAY[phone, email]) AS u WHERE customers.id = 5',
  'SELECT key, value FROM customers c, jsonb_each_text(to_jsonb(c)) WHERE c.id = 5 ORDER BY key',
  "SELECT CASE WHEN phone LIKE '+1 2%' THEN 1 / 0 ELSE 0 END FROM customers WHERE id = 5",
  "SELECT 1 / (CASE WHEN phone = '+1 222 33' THEN 0 ELSE 1 END) FROM customers",
  "SELECT CASE WHEN email LIKE 'kay%' THEN 'x'::int ELSE 0 END FROM customers",
  'SELECT count(*) FROM customers WHERE 1 / (length(phone) - 9) >= 0',
  "SELECT jsonb_path_query('{}', phone::jsonpath) FROM customers WHERE id = 5",
  "SELECT regexp_matches(phone, '(.)', 'g') FROM customers WHERE id = 5",
  'WITH RECURSIVE g (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < 20) SELECT n, substr(phone, n, 1) FROM g, customers WHERE id = 5',
  'WITH customers AS (SELECT * FROM customers) SELECT phone FROM customers WHERE id = 5',
  "SELECT string_agg(phone, ',' ORDER BY id) FROM customers",
  'SELECT id FROM employees WHERE salary_cents > 1000',
  'SELECT id FROM employees ORDER BY salary_cents, id',
  'SELECT sum(salary_cents) FROM employees',
  'SELECT phone COLLATE "C" FROM customers WHERE id = 5',
  'SELECT 1 FROM customers WHERE id = 5 GROUP BY phone HAVING min(phone) < max(phone)',
  'SELECT DISTINCT ON (phone) id FROM customers ORDER BY phone, id',
  'SELECT a.id, b.id FROM customers a JOIN customers b ON a.phone = b.phone AND a.id < b.id ORDER BY 1, 2 LIMIT 50',
  'SELECT greatest(phone, $$+1 5$$), coalesce(phone, street), nullif(phone, $$+1 222 33$$) FROM customers WHERE id = 5',
  'SELECT num_nulls(phone, email), phone IS NULL, phone IS DISTINCT FROM $$+1 222 33$$ FROM customers WHERE id = 5',
  'SELECT to_tsvector(phone) FROM customers WHERE id = 5',
  'SELECT generate_series(1, length(phone)) FROM customers WHERE id = 5',
  "SELECT repeat('x', length(phone)) FROM customers WHERE id = 5",
  'SELECT cost_cents FROM products WHERE id = 1',
  'SELECT id FROM products ORDER BY cost_cents, id',
]

const ROW_PROBES: Record<Restricted, readonly string[]> = {
  support: [
    'SELECT count(*), max(id), sum(active) FROM employees',
    "SELECT count(*) FROM employees WHERE 1 / (CASE WHEN name = 'Gone Person' THEN 0 ELSE 1 END) = 1",
    'SELECT id FROM employees WHERE 1 / active = 1 ORDER BY id',
    'SELECT count(*) FILTER (WHERE 1 / active = 1) FROM employees',
    'SELECT e.id FROM employees e JOIN employees m ON m.id = e.manager_id AND 1 / e.active = 1 ORDER BY e.id',
    'SELECT t.id, e.name FROM tickets t LEFT JOIN employees e ON e.id = t.assignee_id ORDER BY t.id LIMIT 100',
    'SELECT * FROM ONLY employees ORDER BY id',
    'SELECT e FROM employees e WHERE (e.title)::int > 0',
    'SELECT count(*) FROM employees, LATERAL (SELECT 1 / employees.active) x',
  ],
  analyst: [
    'SELECT count(*), max(id), sum(internal) FROM ticket_messages',
    'SELECT id FROM ticket_messages WHERE ticket_id = 1 AND 1 / (1 - internal) = 1 ORDER BY id',
    'SELECT id FROM ticket_messages WHERE body::json IS NULL',
    "SELECT count(*) FROM ticket_messages WHERE body LIKE 'secret%'",
    'SELECT count(*) FILTER (WHERE 1 / (1 - internal) = 1) FROM ticket_messages',
    'SELECT t.id FROM tickets t JOIN ticket_messages m ON m.ticket_id = t.id AND 1 / (1 - m.internal) <> 1 ORDER BY t.id',
    'SELECT t.id, (SELECT count(*) FROM ticket_messages m WHERE m.ticket_id = t.id) FROM tickets t ORDER BY 1 LIMIT 50',
    'SELECT DISTINCT internal FROM ticket_messages',
    'SELECT (author)::int FROM ticket_messages WHERE internal = 1',
  ],
}

describe.skipIf(!POSTGRES_BIN)(`oracles on Postgres${WITHOUT_POSTGRES}`, () => {
  let postgres: TestPostgres
  const open: (DbClient | QueryEngine)[] = []
  beforeAll(async () => {
    postgres = await startTestPostgres()
  })
  afterAll(async () => {
    await Promise.all(open.map((one) => ('end' in one ? one.end() : one.close())))
    await postgres?.stop()
  })

  describe.each(['support', 'analyst'] as const)('as %s', (role) => {
    const engines: QueryEngine[] = []
    beforeAll(async () => {
      for (const [i, changes] of DIFFERENCES[role].entries()) {
        open.push(await fillDatabase(postgres, `${role}${i}`, changes))
        engines.push(openEngine(postgres.url('reader', `${role}${i}`)))
      }
      open.push(...engines)
    })
    const probes = [...PROBES, ...ROW_PROBES[role]]

    it(`${probes.length} probes cannot tell the two databases apart`, async () => {
      expect(probes.length).toBeGreaterThanOrEqual(60)
      for (const sql of probes) {
        const [one, other] = await Promise.all(engines.map((engine) => answer(engine, role, sql)))
        expect(one, sql).toBe(other)
      }
      const [one, other] = await Promise.all(engines.map((engine) => engine.describe(requestOf(role, '').viewer)))
      expect(one).toEqual(other)
    })

    it('an admin can tell them apart: they do differ', async () => {
      const sql = 'SELECT ssn FROM customers WHERE id = 5'
      const [one, other] = await Promise.all(engines.map((engine) => answer(engine, 'admin', sql)))
      expect(one).not.toBe(other)
    })
  })
})

/** The whole answer, and the plan, but for how long it took. */
async function answer(engine: QueryEngine, role: ViewRole, sql: string): Promise<string> {
  const told = async (promise: Promise<unknown>) =>
    promise.catch((error) => {
      if (error instanceof QueryFailure) return error.shape
      throw error
    })
  const said = [await told(query(engine, role, sql)), await told(engine.explain(requestOf(role, sql)))]
  return JSON.stringify(said).replace(/"elapsedMs":[\d.]+/g, '')
}
