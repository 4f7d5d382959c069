/** The subselect that takes a table's place: the columns that the viewer may see, masked, and the rows. */
import {
  ADMIN,
  columnRule,
  rowCondition,
  rowFilter,
  type SourcePolicy,
  tablePolicy,
} from '../../policy/source-policy.ts'
import type { Viewer } from '../../policy/viewer.ts'
import { quoteName } from '../../quote-name.ts'
import { maskExpression, plainExpression } from './mask-expression.ts'
import type { BaseColumn, BaseTable } from './read-base-schema.ts'

/** Who looks, and what the policy says. */
export interface Lens {
  policy: SourcePolicy
  viewer: Viewer
}

/** The columns of the table that the viewer sees; none when the table does not exist for it. */
export function visibleColumns(table: BaseTable, { policy, viewer }: Lens): BaseColumn[] {
  const rules = tablePolicy(policy, table.name)
  // A view computes what its owner may see: only a policy can say that this is meant.
  if (table.kind === 'view' && !rules) return []
  return table.columns.filter(({ name }) => columnRule(rules, name, viewer.role) !== 'hidden')
}

/** The viewer sees all of the table as it is; the table itself can stand in a statement. */
export function isSeenWhole(table: BaseTable, { policy, viewer }: Lens): boolean {
  const rules = tablePolicy(policy, table.name)
  const isOpen = (column: BaseColumn) =>
    column.isBuiltIn && !column.isDomain && columnRule(rules, column.name, viewer.role) === 'open'
  return table.kind !== 'view' && table.isReadable && !rowFilter(rules, viewer.role) && table.columns.every(isOpen)
}

/** The rows of a table that inherits are its own; its policy is not that of the table it inherits from. */
export function isReadAlone(table: BaseTable, { viewer }: Lens): boolean {
  return table.kind === 'table' && viewer.role !== ADMIN
}

/** @param columns those that the statement uses, of the visible ones; at least one */
export function policySelect(table: BaseTable, columns: readonly BaseColumn[], lens: Lens): string {
  const { policy, viewer } = lens
  const rules = tablePolicy(policy, table.name)
  const shown = columns.map((column) => {
    const rule = columnRule(rules, column.name, viewer.role)
    const value = rule === 'open' || rule === 'hidden' ? plainExpression(column) : maskExpression(rule, column)
    return `${value} AS ${quoteName(column.name)}`
  })
  const filter = rowFilter(rules, viewer.role)
  // OFFSET keeps the planner from evaluating a caller's condition on rows that the filter takes away:
  // an error or a delay there would tell of them.
  const rows = filter ? ` WHERE (${rowCondition(filter, viewer)}) OFFSET 0` : ''
  const only = isReadAlone(table, lens) ? 'ONLY ' : ''
  return `SELECT ${shown.join(', ')} FROM ${only}${quoteName(table.schema)}.${quoteName(table.relation)}${rows}`
}
