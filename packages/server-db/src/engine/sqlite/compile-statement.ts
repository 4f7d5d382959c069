/** Compiles one SELECT on a guarded connection, or says which rule refuses it. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { ParameterValue } from '../query-engine.ts'
import { QueryFailure } from '../query-failure.ts'
import type { GuardedConnection } from './guarded-connection.ts'
import { statementParameters } from './statement-parameters.ts'

/** A value as it is bound. */
type Bound = string | number | bigint | null

/** Values by the name of their parameter. */
export type Bindings = Record<string, Bound>

/**
 * A statement that passed every rule.
 * @throws {QueryFailure}
 */
export function compileStatement(connection: GuardedConnection, sql: string): StatementSync {
  refuseOddText(sql)
  const statement = prepare(connection, sql)
  refuseTrailingText(connection.db, sql.slice(statement.sourceSQL.length))
  refuseAllButSelect(connection, statement.sourceSQL)
  return statement
}

/** The failure behind an error that SQLite gave, told without secret names. */
export function toQueryFailure(connection: GuardedConnection, error: unknown): QueryFailure {
  const { denial } = connection.authorizer
  if (denial?.rule === 'no_catalog')
    return new QueryFailure('refused', `"${denial.subject}" is not a table of this database.`, denial.rule)
  if (denial?.rule === 'allowed_functions')
    return new QueryFailure('refused', `The function ${denial.subject} is not allowed.`, denial.rule)
  if (denial?.rule === 'no_pragma') return new QueryFailure('refused', 'PRAGMA is not allowed.', denial.rule)
  if (denial) return new QueryFailure('refused', 'The statement does more than read.', denial.rule)
  if (error instanceof QueryFailure) return error
  return new QueryFailure('sql', connection.scrub(error instanceof Error ? error.message : String(error)))
}

function prepare(connection: GuardedConnection, sql: string): StatementSync {
  try {
    return connection.db.prepare(sql, { returnArrays: true, readBigInts: true })
  } catch (error) {
    if (containsNoStatement(error)) throw new QueryFailure('sql', 'The text contains no statement')
    const failure = toQueryFailure(connection, error)
    // "cannot modify customers because it is a view" would be true and no help.
    if (failure.shape.kind === 'sql' && !isSyntaxError(error))
      refuseAllButSelect(connection, sql.trimEnd().replace(/;$/, ''))
    throw failure
  }
}

/** A NUL ends the text for SQLite and not for its reader. */
export function refuseOddText(sql: string): void {
  if (sql.includes('\0')) throw new QueryFailure('refused', 'The text contains a NUL character.', 'plain_text')
  if (!sql.isWellFormed()) throw new QueryFailure('refused', 'The text is not valid Unicode.', 'plain_text')
}

/** SQLite compiles the first statement only and would ignore the rest; it is asked itself whether the rest is nothing. */
export function refuseTrailingText(db: DatabaseSync, rest: string): void {
  try {
    db.prepare(rest)
  } catch (error) {
    if (containsNoStatement(error)) return
  }
  throw new QueryFailure('refused', 'There is text after the first statement.', 'one_statement')
}

/** VACUUM INTO, REINDEX and EXPLAIN pass the authorizer unseen, but only a SELECT compiles inside EXISTS. */
function refuseAllButSelect(connection: GuardedConnection, sql: string): void {
  try {
    connection.db.prepare(`SELECT EXISTS (\n${sql.replace(/;$/, '')}\n)`)
  } catch (error) {
    if (isSyntaxError(error)) throw new QueryFailure('refused', 'The statement is not a SELECT.', 'select_only')
    throw toQueryFailure(connection, error)
  }
}

/**
 * The values of a statement's parameters.
 * @throws {QueryFailure} unless there is exactly one for each
 */
export function bindParameters(statement: StatementSync, params: readonly ParameterValue[]): Bindings {
  const used = new Set(statementParameters(statement.sourceSQL, statement.expandedSQL))
  const expected = params.map((_, i) => `$${i + 1}`)
  const foreign = [...used].find((name) => !/^\$[1-9]\d*$/.test(name))
  if (foreign) throw new QueryFailure('parameters', `Parameters are written $1, $2, …; the statement has ${foreign}.`)
  const missing = [...used].find((name) => !expected.includes(name))
  const unused = expected.find((name) => !used.has(name))
  if (missing || unused)
    throw new QueryFailure(
      'parameters',
      `The statement uses ${[...used].sort().join(', ') || 'no parameters'}; params has ${params.length} values.`,
    )
  return Object.fromEntries(params.map((value, i) => [`$${i + 1}`, toBound(value)]))
}

function toBound(value: ParameterValue): Bound {
  if (typeof value === 'boolean') return value ? 1n : 0n
  // A JavaScript number binds as REAL, which divides and concatenates differently.
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value
}

function isSyntaxError(error: unknown): boolean {
  return error instanceof Error && /syntax error|incomplete input/.test(error.message)
}

function containsNoStatement(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_INVALID_ARG_VALUE'
}
