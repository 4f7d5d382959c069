/** Runs a statement and answers with one page of its rows, or with the next page of a result that was kept. */
import { fitRows } from '@causeway/shared-contracts/bounded-rows'
import { callerKey } from '@causeway/shared-contracts/caller'
import type { Walk } from '@causeway/shared-contracts/cursor-codec'
import type { CallContext } from '@causeway/shared-contracts/define-tool'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import { countOf } from '../count-of.ts'
import type { DbServices, SourceView } from '../db-services.ts'
import type { ParameterValue, StatementResult } from '../engine/query-engine.ts'
import { DEFAULT_ROWS, MAX_PAGE_BYTES } from '../engine/query-limits.ts'
import { renderRow, renderRows } from '../render-rows.ts'
import { asToolErrors } from '../to-tool-error.ts'
import { columnsOutput, policyOutput, valueOutput } from '../tools/fields.ts'
import { hasBytes, linkBlobs } from './blob-links.ts'
import { KEPT_BYTES, KEPT_ROWS } from './kept-results.ts'
import { withProgress } from './with-progress.ts'

/** The structured half of a page. */
export const pageOutput = z.object({
  columns: columnsOutput,
  rows: z.array(z.array(valueOutput)),
  row_count: z.int(),
  truncated: z.boolean(),
  next_cursor: z.string().nullable(),
  elapsed_ms: z.number(),
  policy: policyOutput,
  untrusted: z.literal(true),
})

type PageData = z.output<typeof pageOutput>

/** A statement and which page of it is wanted. */
export interface PageRequest {
  sql: string
  params: readonly ParameterValue[]
  limit?: number | undefined
  cursor?: string | undefined
  timeoutMs?: number | undefined
  /** The tool, which its cursors are bound to. */
  tool: string
}

/** @throws {ToolError} */
export async function answerPage(view: SourceView, request: PageRequest, call: CallContext<DbServices>) {
  const walk = walkOf(view, request, call)
  const place = openCursor(request.cursor, walk, call)
  const result = place?.result ?? (await runWhole(view, request, call))
  const start = place?.start ?? 0
  const limit = Math.min(request.limit ?? DEFAULT_ROWS, view.source.limits.maxRows)
  const wanted = result.rows.slice(start, start + limit)
  let id = place?.id
  const kept = () => {
    id ??= call.services.results.keep(result, callerKey(call.caller))
    return id
  }
  const linked = linkBlobs(wanted, hasBytes(wanted) ? kept() : undefined, start)
  const rows = fitRows(linked, renderRow, pageBytes(result))
  const end = start + rows.length
  const next_cursor = end < result.rows.length ? call.services.cursors.seal([kept(), end], walk) : null
  const data: PageData = {
    columns: result.columns,
    rows,
    row_count: rows.length,
    truncated: end < result.rows.length || result.hasMore,
    next_cursor,
    elapsed_ms: result.elapsedMs,
    policy: { role: view.viewer.role, masked: result.masked, row_filtered: result.rowFiltered },
    untrusted: true,
  }
  return { text: render(data, start, view), data }
}

/** Everything that can be paged through, so that every page shows the same result. */
function runWhole(view: SourceView, { sql, params, timeoutMs: asked }: PageRequest, call: CallContext<DbServices>) {
  const { source, viewer } = view
  const { limits, engine } = source
  const timeoutMs = Math.min(asked ?? limits.defaultTimeoutMs, limits.maxTimeoutMs)
  const bounds = { maxRows: KEPT_ROWS, maxBytes: KEPT_BYTES, timeoutMs, signal: call.signal }
  return asToolErrors(view, () => withProgress(call, timeoutMs, engine.run({ viewer, sql, params, ...bounds })))
}

function walkOf({ source, viewer }: SourceView, { tool, sql, params }: PageRequest, call: CallContext): Walk {
  return { caller: call.caller, tool, filters: { database: source.id, role: viewer.role, sql, params } }
}

const PLACE = z.tuple([z.string(), z.int().min(0)])

function openCursor(cursor: string | undefined, walk: Walk, { caller, services }: CallContext<DbServices>) {
  const opened = services.cursors.open(cursor, walk, PLACE)
  if (!opened) return undefined
  const [id, start] = opened
  const result = services.results.find(id, callerKey(caller))
  if (result) return { id, start, result }
  throw new ToolError(
    'cursor_expired',
    'The rows behind this cursor are no longer kept: they are for ten minutes. Repeat the call without cursor.',
    { field: 'cursor' },
  )
}

// The header counts too; a single row is kept however wide it is.
function pageBytes({ columns }: StatementResult): number {
  return Math.max(2_000, MAX_PAGE_BYTES - Buffer.byteLength(JSON.stringify(columns)))
}

function render(data: PageData, start: number, { source }: SourceView): string {
  const { role, masked, row_filtered } = data.policy
  const from = start > 0 ? ` from row ${start + 1}` : ''
  return [
    `${countOf(data.row_count, 'row')}${from}${data.truncated ? ', more follow' : ''} (${source.id} as ${role}, ${data.elapsed_ms} ms).`,
    ...(masked.length > 0 ? [`Masked for your role: ${masked.join(', ')}.`] : []),
    ...(row_filtered.length > 0 ? [`Rows left out for your role in: ${row_filtered.join(', ')}.`] : []),
    renderRows(
      data.columns.map((column) => column.name),
      data.rows,
      source.id,
    ),
    ...nextSteps(data),
  ].join('\n')
}

function nextSteps({ next_cursor, truncated }: PageData): string[] {
  if (next_cursor)
    return [
      `next_cursor: ${next_cursor}`,
      'Next: repeat with cursor=next_cursor for more of this same result, or aggregate in SQL.',
    ]
  return truncated
    ? ['Next: these are the last rows that can be paged; aggregate or filter in SQL, or use export_query for all.']
    : ['Next: answer, or refine the statement.']
}
