/** Asks a source what values a column has, in groups of at least five rows. */
import type { SourceView } from '../db-services.ts'
import type { ColumnFacts, ParameterValue, ResultValue, TableFacts } from '../engine/query-engine.ts'
import { MAX_PAGE_BYTES } from '../engine/query-limits.ts'
import { quoteName } from '../quote-name.ts'
import { linkBlobs, type ShownValue } from '../results/blob-links.ts'
import { asToolErrors } from '../to-tool-error.ts'
import { ceilTo, floorTo, roundTo } from './significant-digits.ts'

/** No group of fewer rows is told of. */
export const K = 5
const BUCKETS = 8
const MAX_CHARS = 100

/** What to profile. */
export interface ProfileRequest {
  table: TableFacts
  column: ColumnFacts
  /** Most values. */
  top: number
  signal: AbortSignal
}

/** In the names of the tool's output. */
export interface Profile {
  row_count: number
  null_count: number
  distinct_count: number | null
  top: { value: ShownValue; count: number }[]
  other_count: number
  range: { low: string | number; high: string | number } | null
  average: number | null
  histogram: { from: number; to: number; count: number }[]
}

type Ask = (sql: string, params?: readonly ParameterValue[]) => Promise<ResultValue[][]>

/** @throws {ToolError} */
export async function profileColumn(view: SourceView, request: ProfileRequest): Promise<Profile> {
  const { source, viewer } = view
  const { table, column, top, signal } = request
  const bounds = { maxRows: 100, maxBytes: MAX_PAGE_BYTES, timeoutMs: source.limits.defaultTimeoutMs, signal }
  const ask: Ask = async (sql, params = []) =>
    (await asToolErrors(view, () => source.engine.run({ viewer, sql, params, ...bounds }))).rows
  const at = { name: quoteName(column.name), from: table.sqlName }
  const [counts] = await ask(`SELECT count(*), count(${at.name}), count(DISTINCT ${at.name}) FROM ${at.from}`)
  const [rows, filled, distinct] = counts!.map(Number) as [number, number, number]
  const values = await topValues(ask, at, top)
  const shown = values.reduce((sum, { count }) => sum + count, 0)
  // A masked number is none.
  const isNumber = column.mask === null && /int|real|doub|floa|num|dec|money|serial/.test(column.type)
  const range = filled >= 2 * K && column.mask === null ? await rangeOf(ask, at, filled) : null
  const isNumeric = isNumber && typeof range?.low === 'number' && typeof range.high === 'number'
  return {
    row_count: rows,
    null_count: rows - filled,
    distinct_count: filled >= K ? distinct : null,
    top: values,
    other_count: filled - shown,
    range,
    average: isNumeric ? await averageOf(ask, at) : null,
    histogram: isNumeric ? await histogramOf(ask, at, range as { low: number; high: number }) : [],
  }
}

interface Place {
  name: string
  from: string
}

async function topValues(ask: Ask, { name, from }: Place, top: number): Promise<Profile['top']> {
  const rows = await ask(
    `SELECT ${name}, count(*) AS n FROM ${from} WHERE ${name} IS NOT NULL GROUP BY ${name} HAVING count(*) >= ${K} ORDER BY n DESC, ${name} LIMIT ${top}`,
  )
  return linkBlobs(rows, undefined, 0).map(([value, count]) => ({
    value:
      typeof value === 'string' && value.length > MAX_CHARS ? `${value.slice(0, MAX_CHARS).toWellFormed()}…` : value!,
    count: Number(count),
  }))
}

/** Beyond the outermost {@link K} values, rounded outward, so that neither end is anybody's. */
async function rangeOf(ask: Ask, { name, from }: Place, filled: number): Promise<Profile['range']> {
  const nth = (offset: number) =>
    ask(`SELECT ${name} FROM ${from} WHERE ${name} IS NOT NULL ORDER BY ${name} LIMIT 1 OFFSET ${offset}`)
  const [[low], [high]] = (await Promise.all([nth(K - 1), nth(filled - K)])).map((rows) => rows[0]!) as [
    ResultValue[],
    ResultValue[],
  ]
  const [lowNumber, highNumber] = [numberOf(low!), numberOf(high!)]
  if (lowNumber !== undefined && highNumber !== undefined)
    return { low: floorTo(lowNumber, 2), high: ceilTo(highNumber, 2) }
  const month = (value: ResultValue) =>
    typeof value === 'string' ? /^\d{4}-\d{2}(?=-\d{2})/.exec(value)?.[0] : undefined
  const [first, last] = [month(low!), month(high!)]
  return first && last ? { low: first, high: last } : null
}

// Exact decimals arrive as text.
function numberOf(value: ResultValue): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined
}

async function averageOf(ask: Ask, { name, from }: Place): Promise<number | null> {
  const [[average]] = (await ask(`SELECT avg(${name}) FROM ${from}`)) as [ResultValue[]]
  const number = numberOf(average!)
  return number === undefined ? null : roundTo(number, 3)
}

async function histogramOf(ask: Ask, { name, from }: Place, { low, high }: { low: number; high: number }) {
  const width = ceilTo((high - low) / BUCKETS || 1, 2)
  const edges = Array.from({ length: BUCKETS }, (_, i) => roundTo(low + i * width, 12)).filter((edge) => edge <= high)
  const counts = edges.map(
    (edge) => `sum(CASE WHEN ${name} >= ${edge} AND ${name} < ${roundTo(edge + width, 12)} THEN 1 ELSE 0 END)`,
  )
  const [row] = await ask(`SELECT ${counts.join(', ')} FROM ${from}`)
  return edges
    .map((edge, i) => ({ from: edge, to: roundTo(edge + width, 12), count: Number(row![i]) }))
    .filter(({ count }) => count >= K)
}
