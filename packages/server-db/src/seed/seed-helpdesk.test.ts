/** The shipped data: large enough, consistent, the same every time, and made whole or not at all. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readDatabases } from '../config/read-databases.ts'
import { PLANTED_ANOMALIES } from './planted-anomalies.ts'
import { seedHelpdesk } from './seed-helpdesk.ts'

const today = new Date('2026-06-15T10:00:00Z')
const TABLES = readDatabases(join(import.meta.dirname, '../../databases.yaml'), {}).databases.helpdesk!.tables

let dir: string
let db: DatabaseSync

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'causeway-seed-'))
  seedHelpdesk(join(dir, 'full.db'), { today })
  db = new DatabaseSync(join(dir, 'full.db'), { readOnly: true })
})
afterAll(() => {
  db.close()
  rmSync(dir, { recursive: true, force: true })
})

function one(sql: string): unknown {
  return Object.values(db.prepare(sql).get() ?? {})[0]
}

it('has at least 60,000 rows and no dangling key', () => {
  const counts = Object.keys(TABLES).map((table) => Number(one(`SELECT count(*) FROM ${table}`)))
  expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(60_000)
  expect(db.prepare('PRAGMA foreign_key_check').all()).toEqual([])
  expect(one('PRAGMA integrity_check')).toBe('ok')
})

it('is described column by column in the policy', () => {
  for (const [table, { columns }] of Object.entries(TABLES)) {
    const own = db.prepare('SELECT name FROM pragma_table_info(?)').all(table)
    expect(Object.keys(columns), table).toEqual(own.map(({ name }) => name))
  }
})

it.each([
  [
    'invoices that differ from their order',
    'SELECT count(*) FROM invoices i JOIN orders o ON o.id = i.order_id WHERE i.amount_cents <> o.total_cents OR i.customer_id <> o.customer_id',
  ],
  [
    'orders before their customer',
    'SELECT count(*) FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.placed_at < c.created_at',
  ],
  [
    'dates to come',
    "SELECT (SELECT count(*) FROM orders WHERE placed_at > '2026-06-15 10:00:00') + (SELECT count(*) FROM ticket_messages WHERE sent_at > '2026-06-15 10:00:00') + (SELECT count(*) FROM invoices WHERE paid_on > '2026-06-15')",
  ],
  [
    'overdue invoices that are not',
    "SELECT count(*) FROM invoices WHERE status = 'overdue' AND (due_on > '2026-06-15' OR paid_on IS NOT NULL)",
  ],
  [
    'mail addresses outside the reserved names',
    "SELECT (SELECT count(*) FROM customers WHERE email NOT LIKE '%.example') + (SELECT count(*) FROM employees WHERE email NOT LIKE '%.example')",
  ],
  ['social security numbers that could be issued', "SELECT count(*) FROM customers WHERE ssn NOT LIKE '9__-__-____'"],
])('has no %s', (_, sql) => {
  expect(one(sql)).toBe(0)
})

it.each(PLANTED_ANOMALIES)('has as planted: $about', ({ sql, count }) => {
  expect(db.prepare(sql).all()).toHaveLength(count)
})

it('is the same for the same day and leads up to another day', () => {
  for (const [name, day] of [
    ['a', today],
    ['b', today],
    ['c', new Date('2027-01-01T00:00:00Z')],
  ] as const)
    seedHelpdesk(join(dir, `${name}.db`), { customers: 80, today: day })
  const rowsOf = (name: string, table: string) => {
    const other = new DatabaseSync(join(dir, `${name}.db`), { readOnly: true })
    const rows = JSON.stringify(other.prepare(`SELECT * FROM ${table}`).all())
    other.close()
    return rows
  }
  for (const table of Object.keys(TABLES)) expect(rowsOf('a', table)).toBe(rowsOf('b', table))
  expect(rowsOf('c', 'products')).toBe(rowsOf('a', 'products'))
  expect(rowsOf('c', 'orders')).not.toBe(rowsOf('a', 'orders'))
})

it('leaves an existing file alone and no draft behind', () => {
  seedHelpdesk(join(dir, 'full.db'), { customers: 80 })
  expect(one('SELECT count(*) FROM customers')).toBe(2_500)
  expect(readdirSync(dir).filter((name) => name.endsWith('draft'))).toEqual([])
})
