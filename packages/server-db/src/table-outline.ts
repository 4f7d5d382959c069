/** A table as models read it: its name, rows, columns and keys, in one to three lines. */
import { countOf } from './count-of.ts'
import type { ColumnFacts, ForeignKey, TableFacts } from './engine/query-engine.ts'

/** A reference to or from a table. */
export interface TableLink {
  columns: string[]
  table: string
  to_columns: string[]
}

/** `name type`, with what is special about the column. */
export function outlineColumn({ name, type, primaryKey, nullable, mask }: ColumnFacts): string {
  const notes = [primaryKey ? 'key' : '', nullable ? 'nullable' : '', mask ? `masked: ${mask}` : ''].filter(Boolean)
  return `${name} ${type}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`
}

/** `table: rows, about`. */
export function outlineTable({ name, rowCount, about, rowFilter }: TableFacts): string {
  return `${name}: ${rowCount === null ? 'many rows' : countOf(rowCount, 'row')}${rowFilter ? ` (${rowFilter})` : ''}${about ? `. ${about}` : ''}`
}

/** A reference, for output. */
export function toLink({ columns, table, toColumns }: ForeignKey): TableLink {
  return { columns, table, to_columns: toColumns }
}

/** The references from other tables to `name`. */
export function linksTo(name: string, tables: readonly TableFacts[]): TableLink[] {
  return tables.flatMap((table) =>
    table.foreignKeys
      .filter((key) => key.table === name)
      .map((key) => ({ columns: key.toColumns, table: table.name, to_columns: key.columns })),
  )
}

/** `column → table.column`. */
export function outlineLink({ columns, table, to_columns }: TableLink): string {
  return `${columns.join(', ')} → ${table}.${to_columns.join(', ')}`
}
