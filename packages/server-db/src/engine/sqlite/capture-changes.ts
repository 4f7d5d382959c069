/** Records every change to every row of a connection, whoever makes it: a statement, a trigger or a cascade. */
import { createHash, randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { WriteAction } from '../../policy/source-policy.ts'
import { quoteName } from '../../quote-name.ts'
import type { BaseTable } from './read-base-tables.ts'

/** One changed row; values are SQL literals in the order of the table's columns. */
export interface Change {
  statement: number
  table: string
  action: WriteAction
  before: string[] | null
  after: string[] | null
}

/** The record of one connection. */
export interface ChangeRecord {
  isOwn(name: string | null): boolean
  /** A name for another trigger of ours. */
  nameOf(purpose: string): string
  /** Says which statement runs from here on. */
  begin(statement: number): void
  count(): number
  /** All changes, in an order that depends on nothing but them. */
  changes(): Change[]
  /** Hex SHA-256 over {@link ChangeRecord.changes}. */
  digest(): string
}

interface ChangeRow {
  statement: number
  tbl: string
  action: WriteAction
  before: string | null
  after: string | null
}

/** Makes the table of changes and its triggers in TEMP; call it before the authorizer is set. */
export function recordChanges(db: DatabaseSync, tables: readonly BaseTable[]): ChangeRecord {
  const own = `c_${randomBytes(12).toString('hex')}`
  db.exec(`CREATE TEMP TABLE ${own} (id INTEGER PRIMARY KEY, statement INTEGER, tbl TEXT, action TEXT, before TEXT, after TEXT);
    CREATE TEMP TABLE ${own}_now (statement INTEGER);
    INSERT INTO ${own}_now VALUES (0);`)
  tables.forEach((table, i) => {
    const row = (side: 'OLD' | 'NEW') =>
      `json_array(${table.columns.map(({ name }) => `quote(${side}.${quoteName(name)})`).join(', ')})`
    for (const [action, before, after] of [
      ['insert', 'NULL', row('NEW')],
      ['update', row('OLD'), row('NEW')],
      ['delete', row('OLD'), 'NULL'],
    ])
      db.exec(`CREATE TEMP TRIGGER ${own}_${i}_${action} AFTER ${action} ON main.${quoteName(table.name)} BEGIN
        INSERT INTO ${own} (statement, tbl, action, before, after)
        SELECT statement, '${table.name.replaceAll("'", "''")}', '${action}', ${before}, ${after} FROM ${own}_now; END`)
  })
  const setNow = db.prepare(`UPDATE ${own}_now SET statement = ?`)
  const count = db.prepare(`SELECT count(*) AS n FROM ${own}`)
  const all = db.prepare(
    `SELECT statement, tbl, action, before, after FROM ${own} ORDER BY statement, tbl, action, before, after`,
  )
  return {
    isOwn: (name) => name?.startsWith(own) ?? false,
    nameOf: (purpose) => `${own}_${purpose}`,
    begin: (statement) => void setNow.run(statement),
    count: () => Number(count.get()?.n),
    changes: () => (all.all() as unknown as ChangeRow[]).map(toChange),
    digest() {
      const hash = createHash('sha256')
      for (const row of all.iterate()) hash.update(`${JSON.stringify(row)}\n`)
      return hash.digest('hex')
    },
  }
}

function toChange({ statement, tbl, action, before, after }: ChangeRow): Change {
  const literals = (json: string | null) => (json === null ? null : (JSON.parse(json) as string[]))
  return { statement, table: tbl, action, before: literals(before), after: literals(after) }
}
