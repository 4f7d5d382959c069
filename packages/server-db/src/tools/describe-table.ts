/** The tool that tells everything about one table: columns, keys both ways, and sample rows as the caller's role sees them. */
import { fitRows } from '@causeway/shared-contracts/bounded-rows'
import { z } from 'zod'
import { dbTool, type SourceView, viewSource } from '../db-services.ts'
import type { TableFacts } from '../engine/query-engine.ts'
import { MAX_PAGE_BYTES } from '../engine/query-limits.ts'
import { quoteName } from '../quote-name.ts'
import { renderRow, renderRows } from '../render-rows.ts'
import { linkBlobs, type ShownValue } from '../results/blob-links.ts'
import { linksTo, outlineColumn, outlineLink, outlineTable, toLink } from '../table-outline.ts'
import { asToolErrors } from '../to-tool-error.ts'
import { requireTable } from '../visible-tables.ts'
import { columnOutput, databaseInput, linkOutput, tableInput, toColumnOutput, valueOutput } from './fields.ts'

const SAMPLE_BYTES = 6_000
const SAMPLE_CHARS = 100

/** Samples go the way of every query, so they are masked like every result. */
export const describeTable = dbTool({
  name: 'describe_table',
  title: 'Describe a table',
  description:
    'Describes one table: columns with meaning, type and mask, references to and from other tables, how many rows you see, and a few sample rows (masked as for every query). Use it before writing SQL for a table; use search_schema to find the table.',
  effect: 'read',
  input: z.object({
    database: databaseInput,
    table: tableInput,
    samples: z.int().min(0).max(10).default(3).describe('Sample rows'),
  }),
  output: z.object({
    database: z.string(),
    table: z.string(),
    about: z.string(),
    row_count: z.int().nullable(),
    row_filter: z.string().nullable(),
    columns: z.array(columnOutput),
    references: z.array(linkOutput),
    referenced_by: z.array(linkOutput),
    samples: z.array(z.array(valueOutput)),
    untrusted: z.literal(true),
  }),
  async run({ database, table: name, samples }, { services, caller, signal }) {
    const view = viewSource(services, caller, database)
    const { tables, table } = await requireTable(view, name)
    const rows = samples === 0 ? [] : await sampleRows(view, { table, samples, signal })
    const referencedBy = linksTo(table.name, tables)
    return {
      text: render({ table, referencedBy, rows }, view),
      data: {
        database: view.source.id,
        table: table.name,
        about: table.about,
        row_count: table.rowCount,
        row_filter: table.rowFilter,
        columns: table.columns.map((column) => toColumnOutput(column, true)),
        references: table.foreignKeys.map(toLink),
        referenced_by: referencedBy,
        samples: rows,
        untrusted: true as const,
      },
    }
  },
})

async function sampleRows(
  view: SourceView,
  { table, samples, signal }: { table: TableFacts; samples: number; signal: AbortSignal },
): Promise<ShownValue[][]> {
  const { source, viewer } = view
  const columns = table.columns.map(({ name }) => quoteName(name))
  const sql = `SELECT ${columns.join(', ')} FROM ${table.sqlName}`
  const bounds = { maxRows: samples, maxBytes: MAX_PAGE_BYTES, timeoutMs: source.limits.defaultTimeoutMs, signal }
  const { rows } = await asToolErrors(view, () => source.engine.run({ viewer, sql, params: [], ...bounds }))
  const short = linkBlobs(rows, undefined, 0).map((row) =>
    row.map((value) => (typeof value === 'string' ? shorten(value) : value)),
  )
  return fitRows(short, renderRow, SAMPLE_BYTES)
}

function shorten(text: string): string {
  return text.length > SAMPLE_CHARS ? `${text.slice(0, SAMPLE_CHARS).toWellFormed()}…` : text
}

function render(
  found: { table: TableFacts; referencedBy: ReturnType<typeof linksTo>; rows: ShownValue[][] },
  { source, viewer }: SourceView,
): string {
  const { table, referencedBy, rows } = found
  const header = table.columns.map((column) => column.name)
  return [
    `${outlineTable(table)} (as ${viewer.role})`,
    ...table.columns.map((column) => `  ${outlineColumn(column)}${column.about ? `: ${column.about}` : ''}`),
    ...table.foreignKeys.map((key) => `references: ${outlineLink(toLink(key))}`),
    ...referencedBy.map(
      (link) => `referenced by: ${link.table}.${link.to_columns.join(', ')} → ${link.columns.join(', ')}`,
    ),
    ...(rows.length > 0 ? ['samples:', renderRows(header, rows, `${source.id}.${table.name}`)] : []),
    `Next: run_query(sql="SELECT … FROM ${table.name}").`,
  ].join('\n')
}
