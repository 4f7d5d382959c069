/** The tool that finds tables and columns, in as much detail as asked for. */
import { fitRows } from '@causeway/shared-contracts/bounded-rows'
import { cursorInput } from '@causeway/shared-contracts/cursor-codec'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import { countOf } from '../count-of.ts'
import { dbTool, viewSource } from '../db-services.ts'
import type { TableFacts } from '../engine/query-engine.ts'
import { rankTables } from '../rank-tables.ts'
import { outlineColumn, outlineLink, outlineTable, toLink } from '../table-outline.ts'
import { visibleTables } from '../visible-tables.ts'
import { columnOutput, databaseInput, linkOutput, toColumnOutput } from './fields.ts'

const input = z.object({
  database: databaseInput,
  query: z.string().max(200).optional().describe('Words to look for in names and descriptions, e.g. "coupon refund"'),
  detail: z
    .enum(['names', 'columns', 'full'])
    .default('names')
    .describe('names: tables; columns: with columns; full: with keys and meanings'),
  limit: z.int().min(1).max(50).default(20).describe('Most tables'),
  cursor: cursorInput,
})

const output = z.object({
  database: z.string(),
  tables: z.array(
    z.object({
      table: z.string(),
      about: z.string(),
      row_count: z.int().nullable(),
      columns: z.array(columnOutput).optional(),
      references: z.array(linkOutput).optional(),
    }),
  ),
  truncated: z.boolean(),
  next_cursor: z.string().nullable(),
})

type Detail = z.output<typeof input>['detail']

/** Pages by the name of the last table shown, so that new tables neither hide nor repeat one. */
export const searchSchema = dbTool({
  name: 'search_schema',
  title: 'Search the schema',
  description:
    'Finds tables and columns by words in their names and meanings; without a query it lists all tables. Start with detail "names", then ask for "columns" or "full" of a narrower query. It shows no rows: use describe_table for one table with samples, run_query for data.',
  effect: 'read',
  input,
  output,
  async run({ database, query, detail, limit, cursor }, { services, caller }) {
    const view = viewSource(services, caller, database)
    const { source, viewer } = view
    const tables = await visibleTables(view)
    const ranked = rankTables(tables, query ?? '')
    const filters = { database: source.id, role: viewer.role, query: query ?? '', detail }
    const walk = { caller, tool: 'search_schema', filters }
    const start = placeAfter(ranked, services.cursors.open(cursor, walk, z.string()))
    const shown = fitRows(ranked.slice(start, start + limit), (table) => render(table, detail))
    const truncated = start + shown.length < ranked.length
    const next_cursor = truncated ? services.cursors.seal(shown.at(-1)!.name, walk) : null
    return {
      text: [
        `${countOf(ranked.length, 'table')} in ${source.id}${query ? ` for "${query}"` : ''}.`,
        ...shown.map((table) => render(table, detail)),
        truncated
          ? 'More: repeat with cursor=next_cursor.'
          : 'Next: describe_table(table="…") or run_query(sql="SELECT …").',
        ...(next_cursor ? [`next_cursor: ${next_cursor}`] : []),
      ].join('\n'),
      data: { database: source.id, tables: shown.map((table) => toOutput(table, detail)), truncated, next_cursor },
    }
  },
})

function placeAfter(ranked: readonly TableFacts[], last: string | undefined): number {
  if (last === undefined) return 0
  const at = ranked.findIndex((table) => table.name === last)
  if (at >= 0) return at + 1
  throw new ToolError(
    'invalid_cursor',
    'This cursor does not belong to this search. Repeat the search without cursor.',
    { field: 'cursor' },
  )
}

function render(table: TableFacts, detail: Detail): string {
  if (detail === 'names') return outlineTable(table)
  const columns = table.columns.map((column) =>
    detail === 'full' && column.about ? `${outlineColumn(column)}: ${column.about}` : outlineColumn(column),
  )
  const keys = detail === 'full' ? table.foreignKeys.map((key) => `  ${outlineLink(toLink(key))}`) : []
  return [outlineTable(table), `  ${columns.join(detail === 'full' ? '\n  ' : ', ')}`, ...keys].join('\n')
}

function toOutput(table: TableFacts, detail: Detail) {
  return {
    table: table.name,
    about: table.about,
    row_count: table.rowCount,
    ...(detail === 'names'
      ? {}
      : { columns: table.columns.map((column) => toColumnOutput(column, detail === 'full')) }),
    ...(detail === 'full' ? { references: table.foreignKeys.map(toLink) } : {}),
  }
}
