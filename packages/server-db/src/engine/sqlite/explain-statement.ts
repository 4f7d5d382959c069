/** Tells how SQLite would run a statement, without running it and without what the viewer may not know: conditions of masks and row filters, names of hidden columns. */
import type { StatementSync } from 'node:sqlite'
import { ADMIN, columnRule, rowFilter, tablePolicy } from '../../policy/source-policy.ts'
import type { PlanStep, StatementPlan } from '../query-engine.ts'
import { compileStatement } from './compile-statement.ts'
import type { GuardedConnection } from './guarded-connection.ts'
import { policyEffect, resultColumns } from './policy-effect.ts'

/** @throws {QueryFailure} */
export function explainStatement(connection: GuardedConnection, sql: string): StatementPlan {
  const statement = compileStatement(connection, sql)
  const columns = resultColumns(connection, statement, [])
  const effect = policyEffect(connection)
  const tables = connection.tables()
  const steps = planSteps(connection, statement)
  const fullScans = steps.flatMap(({ operation, table }) => (operation === 'SCAN' && table ? [table] : []))
  return {
    columns,
    tables,
    ...effect,
    steps,
    // SQLite keeps no estimates that it would tell.
    cost: { estimatedRows: null, planCost: null, fullScans: [...new Set(fullScans)].sort() },
  }
}

interface PlanRow {
  id: number
  parent: number
  detail: string
}

function planSteps(connection: GuardedConnection, statement: StatementSync): PlanStep[] {
  const rows = connection.db.prepare(`EXPLAIN QUERY PLAN ${statement.sourceSQL}`).all() as unknown as PlanRow[]
  const depths = new Map<number, number>()
  return rows.map(({ id, parent, detail }) => {
    const depth = (depths.get(parent) ?? -1) + 1
    depths.set(id, depth)
    return { depth, ...toStep(connection, detail) }
  })
}

function toStep(connection: GuardedConnection, detail: string): Omit<PlanStep, 'depth'> {
  const { names, base, policy, viewer } = connection
  const [, operation, rest] = /^(SCAN|SEARCH) (.*)$/.exec(detail) ?? []
  if (operation === undefined || rest === undefined) return { operation: detail, table: null, detail: null }
  const found = base.tables.find(({ name }) => isAt(rest, `${names.schema}.${name}`))
  if (!found) return { operation, table: null, detail: rest }
  const how = rest.slice(names.schema.length + 1 + found.name.length).trim()
  const table = tablePolicy(policy, found.name)
  if (viewer.role === ADMIN) return { operation, table: found.name, detail: how || null }
  // Which index serves a row filter tells of its columns.
  if (rowFilter(table, viewer.role)) return { operation: 'READ', table: found.name, detail: null }
  // The name of an index may tell of a column; its columns may, unless they are open.
  const compared = [...(/\((.*)\)$/.exec(how)?.[1] ?? '').matchAll(/"?([\w$]+)"?[=<>]/g)].map((match) => match[1]!)
  const isOpen = (column: string) => column === 'rowid' || columnRule(table, column, viewer.role) === 'open'
  const shown = compared.length > 0 && compared.every(isOpen) ? `by index on ${compared.join(', ')}` : null
  return { operation, table: found.name, detail: shown }
}

function isAt(text: string, name: string): boolean {
  return text.startsWith(name) && (text.length === name.length || text[name.length] === ' ')
}
