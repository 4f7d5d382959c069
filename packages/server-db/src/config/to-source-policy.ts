/** Turns an entry of databases.yaml into the policy that engines enforce. */
import type { ColumnPolicy, SourcePolicy, TablePolicy } from '../policy/source-policy.ts'
import type { DatabaseEntry } from './databases-schema.ts'

type TableEntry = DatabaseEntry['tables'][string]
type ColumnEntry = TableEntry['columns'][string]

/** What is not in the entry is seen by admins alone. */
export function toSourcePolicy({ about, tables }: DatabaseEntry): SourcePolicy {
  return { about, tables: mapValues(tables, toTable) }
}

function toTable({ about, columns, rows, writes }: TableEntry): TablePolicy {
  return { about, columns: mapValues(columns, toColumn), rows, writes }
}

function toColumn(column: ColumnEntry): ColumnPolicy {
  if (typeof column === 'string') return { about: column, rules: { '*': 'open' } }
  const { about, ...rules } = column
  return { about, rules: rules as ColumnPolicy['rules'] }
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))
}
