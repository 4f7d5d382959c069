/** Reads the tables of an attached SQLite file: columns and foreign keys, before any policy. */
import type { DatabaseSync } from 'node:sqlite'
import type { ForeignKey } from '../query-engine.ts'

/** A column as the file declares it. */
export interface BaseColumn {
  name: string
  type: string
  nullable: boolean
  primaryKey: boolean
  /** SQL of the value that a row gets which gives none; `null` for NULL. */
  default: string | null
  /** Computed from other columns. */
  isGenerated: boolean
}

/** An ordinary table of the file. */
export interface BaseTable {
  name: string
  columns: BaseColumn[]
  foreignKeys: ForeignKey[]
}

/** What the file holds; views and virtual tables are `others`: no role may read them. */
export interface BaseSchema {
  tables: BaseTable[]
  others: string[]
}

interface ColumnRow {
  name: string
  type: string
  notnull: number
  pk: number
  hidden: number
  dflt_value: string | null
}

interface KeyRow {
  id: number
  seq: number
  table: string
  from: string
  to: string | null
}

/** @param schema the name under which the file is attached */
export function readBaseTables(db: DatabaseSync, schema: string): BaseSchema {
  const rows = db
    .prepare('SELECT name, type FROM pragma_table_list WHERE schema = ? ORDER BY name')
    .all(schema) as unknown as { name: string; type: string }[]
  const own = rows.filter(({ name }) => !name.startsWith('sqlite_'))
  const columns = db.prepare('SELECT name, type, "notnull", pk, hidden, dflt_value FROM pragma_table_xinfo(?, ?)')
  const primaryKeyOf = (table: string) =>
    (columns.all(table, schema) as unknown as ColumnRow[]).filter((row) => row.pk > 0).map((row) => row.name)
  const keys = db.prepare('SELECT id, seq, "table", "from", "to" FROM pragma_foreign_key_list(?, ?) ORDER BY id, seq')
  return {
    tables: own
      .filter(({ type }) => type === 'table')
      .map(({ name }) => ({
        name,
        columns: (columns.all(name, schema) as unknown as ColumnRow[]).filter((row) => row.hidden !== 1).map(toColumn),
        foreignKeys: toForeignKeys(keys.all(name, schema) as unknown as KeyRow[], primaryKeyOf),
      })),
    others: own.filter(({ type }) => type !== 'table').map(({ name }) => name),
  }
}

function toColumn({ name, type, notnull, pk, hidden, dflt_value }: ColumnRow): BaseColumn {
  return {
    name,
    type: type.toLowerCase(),
    nullable: notnull === 0 && pk === 0,
    primaryKey: pk > 0,
    default: dflt_value,
    isGenerated: hidden > 1,
  }
}

function toForeignKeys(rows: readonly KeyRow[], primaryKeyOf: (table: string) => string[]): ForeignKey[] {
  const keys = Map.groupBy(rows, (row) => row.id)
  return [...keys.values()].map((parts) => {
    const { table, to } = parts[0]!
    return {
      table,
      columns: parts.map((part) => part.from),
      // SQLite leaves the target columns out when they are the primary key.
      toColumns: to === null ? primaryKeyOf(table) : parts.map((part) => part.to!),
    }
  })
}
