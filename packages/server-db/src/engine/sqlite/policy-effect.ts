/** Tells what the policy does to a compiled statement: which of its columns are masked, and which tables show only some rows. */
import type { StatementSync } from 'node:sqlite'
import { columnRule, rowFilter, tablePolicy } from '../../policy/source-policy.ts'
import type { PolicyEffect, ResultColumn } from '../query-engine.ts'
import type { GuardedConnection } from './guarded-connection.ts'

/** From what the authorizer saw the statement read. */
export function policyEffect({ authorizer, policy, viewer, tables }: GuardedConnection): PolicyEffect {
  const masked = [...authorizer.columns]
    .filter(([, { table, column }]) => columnRule(tablePolicy(policy, table), column, viewer.role) !== 'open')
    .map(([path]) => path)
    .sort()
  return { masked, rowFiltered: tables().filter((name) => rowFilter(tablePolicy(policy, name), viewer.role)) }
}

/**
 * A column that SQLite traces to a stored one is shown as it is; any other may be computed from what the statement reads.
 * @param types storage classes of the values, for columns without a declared type
 */
export function resultColumns(
  connection: GuardedConnection,
  statement: StatementSync,
  types: readonly (string | undefined)[],
): ResultColumn[] {
  const readsMasked = policyEffect(connection).masked.length > 0
  return statement.columns().map(({ name, type, column }, i) => ({
    name,
    type: type?.toLowerCase() ?? types[i] ?? 'null',
    masked: readsMasked && column === null,
  }))
}
