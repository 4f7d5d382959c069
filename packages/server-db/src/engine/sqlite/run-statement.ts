/** Runs one statement in the child process: one page of rows within its bounds. */
import { performance } from 'node:perf_hooks'
import type { SQLOutputValue, StatementSync } from 'node:sqlite'
import { columnRule, tablePolicy } from '../../policy/source-policy.ts'
import type { ResultColumn, ResultValue, StatementRequest, StatementResult } from '../query-engine.ts'
import { QueryFailure } from '../query-failure.ts'
import { MAX_COLUMNS, MAX_PAGE_BYTES } from '../query-limits.ts'
import { type CompiledStatement, compileStatement, toQueryFailure } from './compile-statement.ts'
import type { GuardedConnection } from './guarded-connection.ts'
import { storageClass, toResultValue } from './result-value.ts'

/** The part of a request that travels to the child. */
export type StatementJob = Omit<StatementRequest, 'signal' | 'timeoutMs'>

// One row may use most of a page, whatever its number of columns.
const ROW_CHARS = 9_000
const MAX_VALUE_CHARS = 4_000

/** @throws {QueryFailure} */
export function runStatement(connection: GuardedConnection, job: StatementJob): StatementResult {
  const startedMs = performance.now()
  const compiled = compileStatement(connection, job.sql, job.params)
  const masked = maskedColumns(connection)
  try {
    const page = readPage(compiled, job)
    return {
      columns: describeColumns(compiled.statement, page.types, masked.length > 0),
      rows: page.rows,
      hasMore: page.hasMore,
      elapsedMs: Math.round((performance.now() - startedMs) * 10) / 10,
      masked,
      rowFiltered: connection.rowFiltered(),
    }
  } catch (error) {
    throw toQueryFailure(connection, error)
  }
}

interface Page {
  rows: ResultValue[][]
  hasMore: boolean
  /** Storage class of each column's first value that is not NULL. */
  types: string[]
}

function readPage({ statement, bindings }: CompiledStatement, job: StatementJob): Page {
  const width = statement.columns().length
  if (width > MAX_COLUMNS) throw new QueryFailure('sql', `The result has ${width} columns; at most ${MAX_COLUMNS} fit`)
  const maxChars = Math.min(MAX_VALUE_CHARS, Math.floor(ROW_CHARS / width))
  const page: Page = { rows: [], hasMore: false, types: Array<string>(width).fill('null') }
  let skipped = 0
  let bytes = 0
  for (const raw of statement.iterate(bindings)) {
    if (skipped++ < job.skipRows) continue
    if (page.rows.length >= job.maxRows || bytes > MAX_PAGE_BYTES) {
      page.hasMore = true
      break
    }
    const values = raw as unknown as SQLOutputValue[]
    const row = values.map((value) => toResultValue(value, maxChars))
    values.forEach((value, i) => {
      if (page.types[i] === 'null') page.types[i] = storageClass(value)
    })
    bytes += Buffer.byteLength(JSON.stringify(row))
    page.rows.push(row)
  }
  return page
}

/** A column that SQLite traces to a stored one is shown as it is; any other may be computed from what the statement reads. */
function describeColumns(statement: StatementSync, types: readonly string[], readsMasked: boolean): ResultColumn[] {
  return statement.columns().map(({ name, type, column }, i) => ({
    name,
    type: type?.toLowerCase() ?? types[i] ?? 'null',
    masked: readsMasked && column === null,
  }))
}

function maskedColumns({ authorizer, policy, role }: GuardedConnection): string[] {
  return [...authorizer.columns]
    .filter(([, { table, column }]) => columnRule(tablePolicy(policy, table), column, role) !== 'open')
    .map(([path]) => path)
    .sort()
}
