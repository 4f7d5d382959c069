/** The small seeded helpdesk with canaries in a real Postgres, and engines on it as a restricted role and as a superuser. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readDatabases } from '../src/config/read-databases.ts'
import { toSourcePolicy } from '../src/config/to-source-policy.ts'
import type { DbClient } from '../src/engine/postgres/db-client.ts'
import { createPostgresEngine } from '../src/engine/postgres/postgres-engine.ts'
import type { ParameterValue, QueryEngine, StatementResult } from '../src/engine/query-engine.ts'
import { QueryFailure, type QueryFailureShape } from '../src/engine/query-failure.ts'
import { DEFAULT_LIMITS } from '../src/engine/query-limits.ts'
import { seedPostgres } from '../src/seed/seed-postgres.ts'
import { startTestPostgres, type TestPostgres } from './start-test-postgres.ts'

/** The policy of the shipped database. */
export const HELPDESK_POLICY = toSourcePolicy(
  readDatabases(join(import.meta.dirname, '../databases.yaml'), {}).databases.helpdesk!,
)

/** Role of a viewer. */
export type ViewRole = 'admin' | 'support' | 'analyst'

const FOR_NOBODY = ['CANARY-FILE', 'CANARY-FUNCTION', 'CANARY-CATALOG']
const FOR_ADMINS = ['CANARY-SSN', 'CANARY-LEFT', 'CANARY-PAYROLL', '987654321', '1901-02-03']

/** What each role must never see. */
export const PG_CANARIES: Record<ViewRole, readonly string[]> = {
  admin: FOR_NOBODY,
  support: [...FOR_NOBODY, ...FOR_ADMINS],
  analyst: [...FOR_NOBODY, ...FOR_ADMINS, 'CANARY-NOTE', 'CANARY-STREET', 'canary-mail'],
}

const PLANT = `
UPDATE customers SET ssn = 'CANARY-SSN-0001', birth_date = '1901-02-03', street = 'CANARY-STREET', email = 'canary-mail@mail.example' WHERE id = 1;
UPDATE employees SET salary_cents = 987654321 WHERE id = 3;
UPDATE employees SET name = 'CANARY-LEFT', active = 0 WHERE id = 60;
INSERT INTO ticket_messages (ticket_id, author, employee_id, body, internal, sent_at) VALUES (1, 'employee', 3, 'CANARY-NOTE', 1, '2026-01-01');
CREATE TABLE payroll (id integer PRIMARY KEY, note text);
INSERT INTO payroll VALUES (1, 'CANARY-PAYROLL');
CREATE VIEW everything AS SELECT * FROM customers;
CREATE SCHEMA vault;
CREATE TABLE vault.secrets (note text);
INSERT INTO vault.secrets VALUES ('CANARY-PAYROLL vault');
CREATE TABLE calls (at timestamptz DEFAULT now());
CREATE FUNCTION canary(text) RETURNS text LANGUAGE sql VOLATILE AS $$ INSERT INTO public.calls DEFAULT VALUES; SELECT 'CANARY-FUNCTION' $$;
CREATE FUNCTION canary_op(integer, integer) RETURNS boolean LANGUAGE sql VOLATILE AS $$ INSERT INTO public.calls DEFAULT VALUES; SELECT true $$;
CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = integer, FUNCTION = canary_op);
CREATE FUNCTION lower(integer) RETURNS text LANGUAGE sql VOLATILE AS $$ INSERT INTO public.calls DEFAULT VALUES; SELECT 'CANARY-FUNCTION' $$;
CREATE FUNCTION canary_check(text) RETURNS boolean LANGUAGE sql VOLATILE AS $$ INSERT INTO public.calls DEFAULT VALUES; SELECT true $$;
CREATE DOMAIN checked AS text CHECK (canary_check(VALUE));
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE SEQUENCE counter;
COMMENT ON TABLE customers IS 'CANARY-CATALOG';
CREATE ROLE reader LOGIN;
GRANT USAGE ON SCHEMA public TO reader;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;
`

/** What a test works with. */
export interface TestPg {
  postgres: TestPostgres
  /** As superuser. */
  own: DbClient
  /** The engine as the restricted role. */
  engine: QueryEngine
  /** The engine as a superuser, which the configuration allows. */
  superEngine: QueryEngine
  close(): Promise<void>
}

/** @param more SQL that changes the data */
export async function openTestPg(more = ''): Promise<TestPg> {
  const postgres = await startTestPostgres()
  writeFileSync(join(postgres.dir, 'canary.txt'), 'CANARY-FILE', { mode: 0o644 })
  const own = await fillDatabase(postgres, 'helpdesk', more)
  const engine = openEngine(postgres.url('reader', 'helpdesk'))
  const superEngine = openEngine(postgres.url('postgres', 'helpdesk'))
  return {
    postgres,
    own,
    engine,
    superEngine,
    async close() {
      await Promise.all([engine.close(), superEngine.close()])
      await own.end()
      await postgres.stop()
    },
  }
}

/** Makes a database with the data in it. */
export async function fillDatabase(postgres: TestPostgres, name: string, more = ''): Promise<DbClient> {
  const first = await postgres.connect()
  await first.execute(`CREATE DATABASE ${name}`, [])
  await first.end()
  const own = await postgres.connect(name)
  await seedPostgres(own, { customers: 120, today: new Date('2026-06-01T12:00:00Z') })
  const isFirst = (await own.rows("SELECT 1 FROM pg_roles WHERE rolname = 'reader'", [])).length === 0
  const plant = isFirst ? PLANT : PLANT.replace('CREATE ROLE reader LOGIN;', '')
  for (const statement of splitScript(plant + more)) await own.execute(statement, [])
  return own
}

/** @param schemas of the source */
export function openEngine(url: string, limits = DEFAULT_LIMITS): QueryEngine {
  return createPostgresEngine({
    id: 'helpdesk',
    policy: HELPDESK_POLICY,
    hashKey: '5a'.repeat(32),
    limits,
    url,
    posture: { allow: ['superuser'], reason: 'the layers before it are what is tested' },
  })
}

/** One page as `role`. */
export function query(
  engine: QueryEngine,
  role: ViewRole,
  sql: string,
  more: { params?: ParameterValue[]; timeoutMs?: number; maxRows?: number; signal?: AbortSignal } = {},
): Promise<StatementResult> {
  return engine.run({ ...requestOf(role, sql, more), maxRows: more.maxRows ?? 1_000, maxBytes: 1_000_000 })
}

/** The part of a request that every call has. */
export function requestOf(
  role: ViewRole,
  sql: string,
  {
    params = [],
    timeoutMs = 5_000,
    signal = new AbortController().signal,
  }: { params?: ParameterValue[]; timeoutMs?: number; signal?: AbortSignal } = {},
) {
  return { viewer: { role, agent: `${role}-agent`, user: null }, sql, params, timeoutMs, signal }
}

/** The failure of a promise; throws when it succeeds or fails otherwise. */
export async function failureOf(promise: Promise<unknown>): Promise<QueryFailureShape> {
  try {
    await promise
  } catch (error) {
    if (error instanceof QueryFailure) return error.shape
    throw error
  }
  throw new Error('Cannot give the failure: there is none')
}

// Bodies of functions have semicolons of their own.
function splitScript(script: string): string[] {
  return script
    .split(/;\s*\n/)
    .map((statement) => statement.trim())
    .filter(Boolean)
}
