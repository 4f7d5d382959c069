/** A small seeded helpdesk with canaries in it, and the tools on top, without a process around them. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ASK_NOBODY } from '@causeway/shared-contracts/ask'
import { createLog } from '@causeway/shared-contracts/log'
import { runTool, type ToolResult } from '@causeway/shared-contracts/run-tool'
import type { ToolErrorShape } from '@causeway/shared-contracts/tool-error'
import { Registry } from 'prom-client'
import { dbServer } from '../src/db-server.ts'
import type { DbServices } from '../src/db-services.ts'
import { seedHelpdesk } from '../src/seed/seed-helpdesk.ts'

/** Role in the caller's claim. */
export type ClaimRole = 'operator' | 'support' | 'viewer' | 'stranger'

/** The canaries that each role must never see. */
export const CANARIES: Record<ClaimRole, readonly string[]> = {
  operator: ['CANARY-FILE'],
  support: ['CANARY-FILE', 'CANARY-SSN', 'CANARY-BIRTH', 'CANARY-LEFT', 'CANARY-PAYROLL', '987654321'],
  viewer: [
    'CANARY-FILE',
    'CANARY-SSN',
    'CANARY-BIRTH',
    'CANARY-LEFT',
    'CANARY-PAYROLL',
    '987654321',
    'CANARY-NOTE',
    'CANARY-STREET',
    'canary-mail',
  ],
  stranger: ['CANARY', '987654321'],
}

const PLANT = `
UPDATE customers SET ssn = 'CANARY-SSN-0001', birth_date = 'CANARY-BIRTH', street = 'CANARY-STREET', email = 'canary-mail@mail.example' WHERE id = 1;
UPDATE employees SET salary_cents = 987654321 WHERE id = 3;
UPDATE employees SET name = 'CANARY-LEFT', active = 0 WHERE id = 60;
INSERT INTO ticket_messages (ticket_id, author, employee_id, body, internal, sent_at)
  VALUES (1, 'employee', 3, 'CANARY-NOTE', 1, '2026-01-01 00:00:00');
CREATE TABLE payroll (id INTEGER PRIMARY KEY, note TEXT) STRICT;
INSERT INTO payroll (note) VALUES ('CANARY-PAYROLL');
CREATE VIEW everything AS SELECT * FROM customers;
`

/** What a test works with. */
export interface TestDb {
  dir: string
  /** The SQLite file, for comparing with the engine's own answers. */
  file: string
  services: DbServices
  call(role: ClaimRole, tool: string, args: Record<string, unknown>, signal?: AbortSignal): Promise<ToolResult>
  /** Calls run_query. */
  query(role: ClaimRole, sql: string, more?: Record<string, unknown>): Promise<ToolResult>
  /** What `/metrics` would show of the sources. */
  metrics(): Promise<string>
  /** Names of all files with their digests: equal exactly when nothing was written. */
  fingerprint(): string[]
  close(): Promise<void>
}

/**
 * Makes the data in a temporary directory and opens it as the shipped process would.
 * @param change SQL that changes the data before it is opened
 */
export async function openTestDb(change = ''): Promise<TestDb> {
  return openHelpdesk(PLANT + change)
}

/** The same with nothing but `change` planted. */
export async function openHelpdesk(change = ''): Promise<TestDb> {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-db-'))
  const file = join(dir, 'helpdesk.db')
  seedHelpdesk(file, { customers: 120, today: new Date('2026-06-01T12:00:00Z') })
  const db = new DatabaseSync(file)
  db.exec(change)
  db.close()
  writeFileSync(join(dir, 'canary.txt'), 'CANARY-FILE')
  return openDatabases(dir)
}

/** The tools on what the data directory declares; it is removed in the end. */
export async function openDatabases(dir: string): Promise<TestDb> {
  const log = createLog('test')
  const changes = { resourceUpdated: () => {}, toolsChanged: () => {}, resourcesChanged: () => {} }
  // The same secret every time, so that hashes of two databases can be compared.
  const opened = await dbServer.open({ dataDir: { path: dir, secret: new Uint8Array(32) }, log, changes })
  const { services } = opened
  const registry = new Registry()
  opened.instrument?.(registry)
  const call: TestDb['call'] = (role, name, args, signal = new AbortController().signal) => {
    const tool = dbServer.tools.find((one) => one.name === name)!
    const caller = { agent: `${role}-agent`, roles: [role], scopes: 'all' as const }
    return runTool(tool, args, {
      services,
      caller,
      requestId: 'test',
      signal,
      log,
      ask: ASK_NOBODY,
      progress: async () => {},
    })
  }
  return {
    dir,
    file: join(dir, 'helpdesk.db'),
    services,
    call,
    metrics: () => registry.metrics(),
    query: (role, sql, more) => call(role, 'run_query', { sql, ...more }),
    fingerprint: () =>
      readdirSync(dir)
        .sort()
        .map(
          (name) =>
            `${name} ${createHash('sha256')
              .update(readFileSync(join(dir, name)))
              .digest('hex')}`,
        ),
    async close() {
      await opened.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** The error of a failed result. */
export function errorOf(result: ToolResult): ToolErrorShape {
  return result.structuredContent.error as ToolErrorShape
}

/** The data of a `run_query` that succeeded. */
export function rowsOf(result: ToolResult): unknown[][] {
  if (result.isError) throw new Error(`Cannot read the rows: ${errorOf(result).message}`)
  return result.structuredContent.rows as unknown[][]
}
