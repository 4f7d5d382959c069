/** The tool that runs one SELECT and pages through its rows. */
import { fitRows } from '@causeway/shared-contracts/bounded-rows'
import type { Caller } from '@causeway/shared-contracts/caller'
import { cursorInput, type Walk } from '@causeway/shared-contracts/cursor-codec'
import { z } from 'zod'
import { countOf } from '../count-of.ts'
import { dbTool, type SourceView, viewSource } from '../db-services.ts'
import type { StatementResult } from '../engine/query-engine.ts'
import {
  DEFAULT_ROWS,
  DEFAULT_TIMEOUT_MS,
  MAX_PAGE_BYTES,
  MAX_PARAMS,
  MAX_ROWS,
  MAX_SQL_CHARS,
  MAX_TIMEOUT_MS,
} from '../engine/query-limits.ts'
import { renderRow, renderRows } from '../render-rows.ts'
import { toToolError } from '../to-tool-error.ts'
import { databaseInput, valueOutput } from './fields.ts'

const input = z.object({
  database: databaseInput,
  sql: z.string().min(1).max(MAX_SQL_CHARS).describe('One SELECT (or WITH … SELECT) in SQLite; values as $1, $2, …'),
  params: z
    .array(z.union([z.string().max(10_000), z.number(), z.boolean(), z.null()]))
    .max(MAX_PARAMS)
    .default([])
    .describe('Values of $1, $2, …'),
  limit: z.int().min(1).max(MAX_ROWS).default(DEFAULT_ROWS).describe('Most rows of this page'),
  cursor: cursorInput.describe('next_cursor of the page before, with the same sql and params'),
  timeout_ms: z
    .int()
    .min(50)
    .max(MAX_TIMEOUT_MS)
    .default(DEFAULT_TIMEOUT_MS)
    .describe('The query is stopped after this'),
})

const output = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.string(), masked: z.boolean() })),
  rows: z.array(z.array(valueOutput)),
  row_count: z.int(),
  truncated: z.boolean(),
  next_cursor: z.string().nullable(),
  elapsed_ms: z.number(),
  policy: z.object({ role: z.string(), masked: z.array(z.string()), row_filtered: z.array(z.string()) }),
  untrusted: z.literal(true),
})

type Input = z.output<typeof input>

/** Later pages run the statement again and pass over the rows already given. */
export const runQuery = dbTool({
  name: 'run_query',
  title: 'Run a query',
  description:
    'Runs one read-only SELECT and returns its rows; personal columns are masked by your role (see policy). Pass values in params, never in the text. Aggregate in SQL instead of fetching rows. For a next page repeat the call with cursor; give ORDER BY a unique key so that pages fit together. Use describe_table first for columns.',
  effect: 'read',
  input,
  output,
  async run(args, { services, caller, signal }) {
    const view = viewSource(services, caller, args.database)
    const walk = walkOf(args, view, caller)
    const skipRows = services.cursors.open(args.cursor, walk, z.int().min(0)) ?? 0
    const { sql, params, limit: maxRows, timeout_ms: timeoutMs } = args
    const result = await runOn(view, { role: view.role, sql, params, maxRows, skipRows, timeoutMs, signal })
    const rows = fitRows(result.rows, renderRow, pageBytes(result))
    const truncated = result.hasMore || rows.length < result.rows.length
    const next_cursor = truncated ? services.cursors.seal(skipRows + rows.length, walk) : null
    const data = {
      columns: result.columns,
      rows,
      row_count: rows.length,
      truncated,
      next_cursor,
      elapsed_ms: result.elapsedMs,
      policy: { role: view.role, masked: result.masked, row_filtered: result.rowFiltered },
      untrusted: true as const,
    }
    return { text: render(data, skipRows, view), data }
  },
})

async function runOn({ source, role }: SourceView, request: Parameters<SourceView['source']['engine']['run']>[0]) {
  try {
    return await source.engine.run(request)
  } catch (error) {
    throw toToolError(error, await source.engine.describe(role).catch(() => []))
  }
}

function walkOf({ sql, params }: Input, { source, role }: SourceView, caller: Caller): Walk {
  return { caller, tool: 'run_query', filters: { database: source.id, role, sql, params } }
}

// The header counts too; a single row is kept however wide it is.
function pageBytes({ columns }: StatementResult): number {
  return Math.max(2_000, MAX_PAGE_BYTES - Buffer.byteLength(JSON.stringify(columns)))
}

function render(data: z.input<typeof output>, skipRows: number, { source }: SourceView): string {
  const { role, masked, row_filtered } = data.policy
  const from = skipRows > 0 ? ` from row ${skipRows + 1}` : ''
  return [
    `${countOf(data.row_count, 'row')}${from}${data.truncated ? ', more follow' : ''} (${source.id} as ${role}, ${data.elapsed_ms} ms).`,
    ...(masked.length > 0 ? [`Masked for your role: ${masked.join(', ')}.`] : []),
    ...(row_filtered.length > 0 ? [`Rows left out for your role in: ${row_filtered.join(', ')}.`] : []),
    renderRows(
      data.columns.map((column) => column.name),
      data.rows,
      source.id,
    ),
    ...(data.next_cursor
      ? [
          `next_cursor: ${data.next_cursor}`,
          'Next: repeat with cursor=next_cursor (the order is that of your ORDER BY), or aggregate in SQL.',
        ]
      : ['Next: answer, or refine the statement.']),
  ].join('\n')
}
