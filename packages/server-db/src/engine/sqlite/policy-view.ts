/** The TEMP view that stands before a table: the allowed columns, masked, and the role's rows. It shadows the table's name. */
import { columnRule, rowCondition, rowFilter, type SourcePolicy, tablePolicy } from '../../policy/source-policy.ts'
import type { Viewer } from '../../policy/viewer.ts'
import { quoteName } from '../../quote-name.ts'
import { maskExpression } from './mask-expression.ts'
import type { BaseTable } from './read-base-tables.ts'

/** Names made anew for each connection, which no statement can know. */
export interface SecretNames {
  /** Schema under which the source is attached. */
  schema: string
  /** The keyed hash. */
  hash: string
}

/** What a viewer sees of a source. */
export interface Lens {
  policy: SourcePolicy
  viewer: Viewer
}

/** @returns the view's DDL, or `undefined` when the role sees no column of the table */
export function policyView(table: BaseTable, lens: Lens, names: SecretNames) {
  const policy = tablePolicy(lens.policy, table.name)
  const shown = table.columns.flatMap(({ name }) => {
    const rule = columnRule(policy, name, lens.viewer.role)
    if (rule === 'hidden') return []
    const value = rule === 'open' ? quoteName(name) : maskExpression(rule, name, names.hash)
    return [`${value} AS ${quoteName(name)}`]
  })
  if (shown.length === 0) return undefined
  const filter = rowFilter(policy, lens.viewer.role)
  // LIMIT keeps the planner from evaluating a caller's condition on rows that the filter takes away:
  // an error or a delay there would tell of them.
  const rows = filter ? ` WHERE (${rowCondition(filter, lens.viewer)}) LIMIT -1` : ''
  return `CREATE TEMP VIEW ${quoteName(table.name)} AS SELECT ${shown.join(', ')} FROM ${names.schema}.${quoteName(table.name)}${rows}`
}

/** A view whose use fails exactly as if the name did not exist. */
export function absentView(name: string): string {
  return `CREATE TEMP VIEW ${quoteName(name)} AS SELECT * FROM main.${quoteName(name)}`
}
