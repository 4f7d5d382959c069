/** Reads the rows of a compiled statement in the child process: one page within its bounds, or batch after batch. */
import { performance } from 'node:perf_hooks'
import type { SQLOutputValue, StatementSync } from 'node:sqlite'
import type { ResultColumn, ResultValue, StatementResult, StreamSummary } from '../query-engine.ts'
import { QueryFailure } from '../query-failure.ts'
import { MAX_BLOB_BYTES, MAX_COLUMNS } from '../query-limits.ts'
import { bindParameters, compileStatement, toQueryFailure } from './compile-statement.ts'
import type { GuardedConnection } from './guarded-connection.ts'
import { policyEffect, resultColumns } from './policy-effect.ts'
import { storageClass, toResultValue, type ValueBounds } from './result-value.ts'
import type { RunJob, StreamJob } from './source-job.ts'

// One row may use most of a page, whatever its number of columns.
const ROW_CHARS = 9_000
const MAX_VALUE_CHARS = 4_000
const ROW_BLOB_BYTES = 1024 * 1024
/** Rows, and bytes, after which a batch is sent. */
const BATCH_ROWS = 500
const BATCH_BYTES = 256 * 1024

/** @throws {QueryFailure} */
export function runStatement(connection: GuardedConnection, job: RunJob): StatementResult {
  const startedMs = performance.now()
  const statement = compileStatement(connection, job.sql)
  const bindings = bindParameters(statement, job.params)
  const bounds = pageBounds(widthOf(statement))
  const types: string[] = []
  const rows: ResultValue[][] = []
  let hasMore = false
  let bytes = 0
  try {
    for (const raw of statement.iterate(bindings)) {
      if (rows.length >= job.maxRows || bytes > job.maxBytes) {
        hasMore = true
        break
      }
      const row = toRow(raw, types, bounds)
      bytes += Buffer.byteLength(JSON.stringify(row))
      rows.push(row)
    }
  } catch (error) {
    throw toQueryFailure(connection, error)
  }
  const columns = resultColumns(connection, statement, types)
  return { columns, rows, hasMore, elapsedMs: elapsedSince(startedMs), ...policyEffect(connection) }
}

/** What a stream gives: the columns with the first batch, which may be empty. */
export interface StreamBatch {
  columns?: ResultColumn[]
  rows: ResultValue[][]
}

/**
 * Sends the rows batch by batch, each after the one before has been taken.
 * @throws {QueryFailure}
 */
export async function streamStatement(
  connection: GuardedConnection,
  job: StreamJob,
  send: (batch: StreamBatch) => Promise<void>,
): Promise<StreamSummary> {
  const startedMs = performance.now()
  const statement = compileStatement(connection, job.sql)
  const bindings = bindParameters(statement, job.params)
  widthOf(statement)
  const whole = { maxChars: Number.POSITIVE_INFINITY, maxBlobBytes: Number.POSITIVE_INFINITY }
  const types: string[] = []
  const summary = { rowCount: 0, hasMore: false }
  let batch: ResultValue[][] = []
  let bytes = 0
  let isFirst = true
  const flush = async () => {
    await send({ ...(isFirst ? { columns: resultColumns(connection, statement, types) } : {}), rows: batch })
    isFirst = false
    batch = []
    bytes = 0
  }
  try {
    for (const raw of statement.iterate(bindings)) {
      if (summary.rowCount >= job.maxRows) {
        summary.hasMore = true
        break
      }
      const row = toRow(raw, types, whole)
      batch.push(row)
      summary.rowCount++
      bytes += JSON.stringify(row).length
      if (batch.length >= BATCH_ROWS || bytes > BATCH_BYTES) await flush()
    }
  } catch (error) {
    throw toQueryFailure(connection, error)
  }
  await flush()
  return { ...summary, elapsedMs: elapsedSince(startedMs), ...policyEffect(connection) }
}

/** The number of columns, when it is not too large. */
function widthOf(statement: StatementSync): number {
  const width = statement.columns().length
  if (width > MAX_COLUMNS) throw new QueryFailure('sql', `The result has ${width} columns; at most ${MAX_COLUMNS} fit`)
  return width
}

function pageBounds(width: number): ValueBounds {
  return {
    maxChars: Math.min(MAX_VALUE_CHARS, Math.floor(ROW_CHARS / width)),
    maxBlobBytes: Math.min(MAX_BLOB_BYTES, Math.floor(ROW_BLOB_BYTES / width)),
  }
}

/** @param types storage class of each column's first value that is not NULL; completed here */
function toRow(raw: unknown, types: string[], bounds: ValueBounds): ResultValue[] {
  return (raw as SQLOutputValue[]).map((value, i) => {
    if (types[i] === undefined && value !== null) types[i] = storageClass(value)
    return toResultValue(value, bounds)
  })
}

function elapsedSince(startedMs: number): number {
  return Math.round((performance.now() - startedMs) * 10) / 10
}
