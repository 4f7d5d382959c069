/** Describes, in the child process, the tables of a source as one role sees them. */
import { columnRule, rowFilter, tablePolicy } from '../../policy/source-policy.ts'
import { quoteName } from '../../quote-name.ts'
import type { ColumnFacts, ForeignKey, TableFacts } from '../query-engine.ts'
import type { GuardedConnection } from './guarded-connection.ts'
import type { BaseTable } from './read-base-tables.ts'

/** Only visible tables, columns and keys; rows are counted through the policy view. */
export function describeTables(connection: GuardedConnection): TableFacts[] {
  const { base, visible, policy, viewer, db } = connection
  const shown = base.tables.filter((table) => visible.includes(table.name))
  const columnsOf = new Map(shown.map((table) => [table.name, visibleColumns(connection, table)]))
  return shown.map((table) => ({
    name: table.name,
    sqlName: quoteName(table.name),
    about: tablePolicy(policy, table.name)?.about ?? '',
    rowCount: (db.prepare(`SELECT count(*) AS n FROM ${quoteName(table.name)}`).get() as { n: number }).n,
    rowFilter: rowFilter(tablePolicy(policy, table.name), viewer.role)?.about ?? null,
    columns: columnsOf.get(table.name)!,
    foreignKeys: table.foreignKeys.filter((key) => seesBothEnds(key, table.name, columnsOf)),
  }))
}

function visibleColumns({ policy, viewer }: GuardedConnection, table: BaseTable): ColumnFacts[] {
  return table.columns.flatMap((column) => {
    const rule = columnRule(tablePolicy(policy, table.name), column.name, viewer.role)
    if (rule === 'hidden') return []
    const about = tablePolicy(policy, table.name)?.columns[column.name]?.about ?? ''
    return [{ ...column, mask: rule === 'open' ? null : rule, about }]
  })
}

function seesBothEnds(key: ForeignKey, from: string, columnsOf: ReadonlyMap<string, readonly ColumnFacts[]>): boolean {
  const sees = (table: string, names: readonly string[]) =>
    names.every((name) => columnsOf.get(table)?.some((column) => column.name === name))
  return sees(from, key.columns) && sees(key.table, key.toColumns)
}
