/** Describes the tables of a source as one viewer sees them. */
import { columnRule, rowFilter, tablePolicy } from '../../policy/source-policy.ts'
import { quoteName } from '../../quote-name.ts'
import type { ColumnFacts, TableFacts } from '../query-engine.ts'
import type { DbClient } from './db-client.ts'
import { type Lens, policySelect, visibleColumns } from './policy-select.ts'
import type { BaseSchema, BaseTable } from './read-base-schema.ts'

/** Only visible tables, columns and keys; rows are counted through the policy. */
export async function describeTables(client: DbClient, base: BaseSchema, lens: Lens): Promise<TableFacts[]> {
  const shown = [...base.tables.values()].filter((table) => visibleColumns(table, lens).length > 0)
  const columnsOf = new Map(shown.map((table) => [table.name, describeColumns(table, lens)]))
  const sees = (table: string, columns: readonly string[]) =>
    columns.every((name) => columnsOf.get(table)?.some((column) => column.name === name))
  const facts: TableFacts[] = []
  for (const table of shown) {
    const rules = tablePolicy(lens.policy, table.name)
    facts.push({
      name: table.name,
      sqlName: table.name.includes('.')
        ? `${quoteName(table.schema)}.${quoteName(table.relation)}`
        : quoteName(table.relation),
      about: rules?.about ?? '',
      rowCount: await countRows(client, table, lens),
      rowFilter: rowFilter(rules, lens.viewer.role)?.about ?? null,
      columns: columnsOf.get(table.name)!,
      foreignKeys: table.foreignKeys.filter((key) => sees(table.name, key.columns) && sees(key.table, key.toColumns)),
    })
  }
  return facts.sort((a, b) => (a.name < b.name ? -1 : 1))
}

function describeColumns(table: BaseTable, lens: Lens): ColumnFacts[] {
  const rules = tablePolicy(lens.policy, table.name)
  return visibleColumns(table, lens).map(({ name, type, nullable, primaryKey }) => {
    const rule = columnRule(rules, name, lens.viewer.role)
    const mask = rule === 'open' || rule === 'hidden' ? null : rule
    const about = rules && Object.hasOwn(rules.columns, name) ? rules.columns[name]!.about : ''
    return { name, type, nullable, primaryKey, mask, about }
  })
}

// Larger tables take too long to count, and are not worth it.
const MAX_COUNTED_ROWS = 2_000_000

async function countRows(client: DbClient, table: BaseTable, lens: Lens): Promise<number | null> {
  if (table.estimatedRows > MAX_COUNTED_ROWS || table.kind === 'view') return null
  const column = visibleColumns(table, lens).find(({ name }) => isOpen(table, name, lens))
  // The hash mask would need its key.
  if (!column) return null
  const [row] = await client.rows(`SELECT count(*) AS n FROM (${policySelect(table, [column], lens)}) AS counted`, [])
  return Number(row?.n)
}

function isOpen(table: BaseTable, column: string, { policy, viewer }: Lens): boolean {
  return columnRule(tablePolicy(policy, table.name), column, viewer.role) === 'open'
}
