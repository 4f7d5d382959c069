/** Reads the rows of a runnable statement: one page within its bounds, or batch after batch. */
import { performance } from 'node:perf_hooks'
import type { ResultColumn, ResultValue, RowSink, StatementResult, StreamSummary } from '../query-engine.ts'
import { QueryFailure } from '../query-failure.ts'
import { MAX_BLOB_BYTES, MAX_COLUMNS } from '../query-limits.ts'
import type { BoundValue, DbClient, RawColumn, RawCursor } from './db-client.ts'
import { toResultValue, typeName, type ValueBounds } from './result-value.ts'
import type { RunnableStatement } from './rewrite-statement.ts'

/** A statement with its values. */
export interface BoundStatement {
  runnable: RunnableStatement
  values: readonly BoundValue[]
}

// One row may use most of a page, whatever its number of columns.
const ROW_CHARS = 9_000
const MAX_VALUE_CHARS = 4_000
const ROW_BLOB_BYTES = 1024 * 1024
const BATCH_ROWS = 200

/** @throws {QueryFailure} */
export async function readPage(
  client: DbClient,
  { runnable, values }: BoundStatement,
  { maxRows, maxBytes }: { maxRows: number; maxBytes: number },
): Promise<StatementResult> {
  const startedMs = performance.now()
  const rows: ResultValue[][] = []
  let bytes = 0
  let hasMore = false
  const columns = await withCursor(client, { runnable, values }, async (cursor) => {
    let raw = await cursor.read(Math.min(BATCH_ROWS, maxRows + 1))
    const described = describeColumns(cursor.columns(), runnable)
    const bounds = pageBounds(described.length)
    while (raw.length > 0 && !hasMore) {
      for (const one of raw) {
        hasMore = rows.length >= maxRows || bytes > maxBytes
        if (hasMore) break
        const row = toRow(one, described, bounds)
        bytes += Buffer.byteLength(JSON.stringify(row))
        rows.push(row)
      }
      raw = hasMore ? [] : await cursor.read(Math.min(BATCH_ROWS, maxRows - rows.length + 1))
    }
    return described
  })
  const { masked, rowFiltered } = runnable
  return { columns, rows, hasMore, elapsedMs: elapsedSince(startedMs), masked, rowFiltered }
}

/** @throws {QueryFailure} */
export async function streamRows(
  client: DbClient,
  { runnable, values }: BoundStatement,
  { maxRows, sink }: { maxRows: number; sink: RowSink },
): Promise<StreamSummary> {
  const startedMs = performance.now()
  const whole = { maxChars: Number.POSITIVE_INFINITY, maxBlobBytes: Number.POSITIVE_INFINITY }
  let rowCount = 0
  let hasMore = false
  await withCursor(client, { runnable, values }, async (cursor) => {
    let raw = await cursor.read(BATCH_ROWS)
    const columns = describeColumns(cursor.columns(), runnable)
    sink.columns(columns)
    while (raw.length > 0) {
      const batch = raw.slice(0, maxRows - rowCount).map((row) => toRow(row, columns, whole))
      hasMore = batch.length < raw.length
      rowCount += batch.length
      if (batch.length > 0) await sink.rows(batch)
      raw = hasMore ? [] : await cursor.read(BATCH_ROWS)
    }
  })
  const { masked, rowFiltered } = runnable
  return { rowCount, hasMore, elapsedMs: elapsedSince(startedMs), masked, rowFiltered }
}

/** The columns of a statement that is not run. */
export async function readColumns(client: DbClient, { runnable, values }: BoundStatement): Promise<ResultColumn[]> {
  const text = `SELECT * FROM (${runnable.text}) AS described LIMIT 0`
  return withCursor(client, { runnable: { ...runnable, text }, values }, async (cursor) => {
    await cursor.read(1)
    return describeColumns(cursor.columns(), runnable)
  })
}

/** A cursor left open would keep its connection from any other statement. */
async function withCursor<Result>(
  client: DbClient,
  { runnable, values }: BoundStatement,
  read: (cursor: RawCursor) => Promise<Result>,
): Promise<Result> {
  const cursor = client.cursor(runnable.text, values)
  try {
    const result = await read(cursor)
    await cursor.close()
    return result
  } catch (error) {
    // The connection may be gone, and with it the answer.
    cursor.close().catch(() => {})
    throw error
  }
}

/** A column that the database traces to a stored one is shown as it is; any other may be computed from what the statement reads. */
function describeColumns(raw: readonly RawColumn[], { masked }: RunnableStatement): ResultColumn[] {
  if (raw.length > MAX_COLUMNS)
    throw new QueryFailure('sql', `The result has ${raw.length} columns; at most ${MAX_COLUMNS} fit`)
  return raw.map(({ name, typeId, isStored }) => ({
    name,
    type: typeName(typeId),
    masked: masked.length > 0 && !isStored,
  }))
}

function pageBounds(width: number): ValueBounds {
  const columns = Math.max(1, width)
  return {
    maxChars: Math.min(MAX_VALUE_CHARS, Math.floor(ROW_CHARS / columns)),
    maxBlobBytes: Math.min(MAX_BLOB_BYTES, Math.floor(ROW_BLOB_BYTES / columns)),
  }
}

function toRow(raw: readonly (string | null)[], columns: readonly ResultColumn[], bounds: ValueBounds): ResultValue[] {
  return raw.map((value, i) => toResultValue(value, columns[i]!.type, bounds))
}

function elapsedSince(startedMs: number): number {
  return Math.round((performance.now() - startedMs) * 10) / 10
}
