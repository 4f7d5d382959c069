/** From the text of a statement to what is sent: guarded, rewritten, with its values. */
import type { SourcePolicy } from '../../policy/source-policy.ts'
import type { ParameterValue, StatementBasis } from '../query-engine.ts'
import { QueryFailure } from '../query-failure.ts'
import type { GuardRules } from './check-node.ts'
import type { BoundValue } from './db-client.ts'
import { guardStatement } from './guard-statement.ts'
import { hashParameters } from './mask-expression.ts'
import type { BoundStatement } from './page-rows.ts'
import type { BaseSchema } from './read-base-schema.ts'
import { rewriteStatement } from './rewrite-statement.ts'
import { loadSqlParser } from './sql-parser.ts'

/** What a statement is held against. */
export interface Ground {
  base: BaseSchema
  policy: SourcePolicy
  hashKey: string
  /** The statement is not run: without values, NULL stands for them. */
  mayLackValues: boolean
}

/**
 * Prepares the statement for its viewer.
 * @throws {QueryFailure}
 */
export async function prepareStatement(
  { sql, params, viewer }: Pick<StatementBasis, 'sql' | 'params' | 'viewer'>,
  { base, policy, hashKey, mayLackValues }: Ground,
): Promise<BoundStatement> {
  const parser = await loadSqlParser()
  const guarded = guardStatement(parser, sql, rulesOf(base, params))
  const runnable = rewriteStatement(parser, guarded, { base, lens: { policy, viewer } })
  const { parameterCount: count } = runnable
  const values =
    mayLackValues && params.length === 0 ? Array.from({ length: count }, () => null) : bindValues(params, count)
  if (!runnable.needsHashKey) return { runnable, values }
  const { inner, outer } = hashParameters(hashKey)
  return { runnable, values: [...values, inner, outer] }
}

/** What the guard goes by besides the statement. */
export function rulesOf(base: BaseSchema, params: readonly ParameterValue[]): GuardRules {
  const schemas = [...new Set([...base.tables.values()].map((table) => table.schema))]
  return { schemas, callableFields: base.callableFields, ownNames: new Set(), params }
}

/**
 * The values as they are sent.
 * @throws {QueryFailure} `parameters` when there are more or fewer than the statement has places
 */
export function bindValues(params: readonly ParameterValue[], count: number): BoundValue[] {
  if (params.length === count) return params.map((value) => (value === null ? null : String(value)))
  throw new QueryFailure(
    'parameters',
    `The statement uses ${count === 0 ? 'no parameters' : `$1 to $${count}`}; params has ${params.length} values.`,
  )
}
