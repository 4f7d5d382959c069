/** Turns recorded changes into what a viewer is told of them: counts of all, and some rows with the columns that are open. */
import { columnRule, tablePolicy } from '../../policy/source-policy.ts'
import type { ResultValue } from '../query-engine.ts'
import { type ChangedRow, MAX_EFFECT_ROWS, type TransactionEffect } from '../transaction.ts'
import type { Change } from './capture-changes.ts'
import type { Lens } from './policy-view.ts'
import type { BaseColumn, BaseTable } from './read-base-tables.ts'

/** In the order of the statements. */
export function effectsOf(changes: readonly Change[], tables: readonly BaseTable[], lens: Lens): TransactionEffect[] {
  const groups = Map.groupBy(changes, ({ statement, table, action }) => JSON.stringify([statement, table, action]))
  return [...groups.values()].map((group) => {
    const { statement, table, action } = group[0]!
    const columns = tables.find(({ name }) => name === table)!.columns
    const rows = group.slice(0, MAX_EFFECT_ROWS).map((change) => toChangedRow(change, columns, lens))
    return { statement, table, action, rowCount: group.length, rows }
  })
}

function toChangedRow(change: Change, columns: readonly BaseColumn[], { policy, viewer }: Lens): ChangedRow {
  const { table, before, after } = change
  const isOpen = ({ name }: BaseColumn) => columnRule(tablePolicy(policy, table), name, viewer.role) === 'open'
  // Of a changed row, its key and what changed say it all.
  const isTold = (column: BaseColumn, i: number) =>
    isOpen(column) && (!before || !after || column.primaryKey || before[i] !== after[i])
  const shown = (literals: readonly string[] | null) =>
    literals &&
    Object.fromEntries(
      columns.flatMap((column, i) => (isTold(column, i) ? [[column.name, toValue(literals[i]!)]] : [])),
    )
  return { before: shown(before), after: shown(after) }
}

const MAX_CHARS = 200

/** The value of an SQL literal as `quote()` writes it. */
function toValue(literal: string): ResultValue {
  if (literal === 'NULL') return null
  if (literal.startsWith("'")) {
    const text = literal.slice(1, -1).replaceAll("''", "'")
    return text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS).toWellFormed()}…` : text
  }
  if (/^x'/i.test(literal)) return { $blob: (literal.length - 3) / 2 }
  const number = Number(literal)
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? literal : number
}
