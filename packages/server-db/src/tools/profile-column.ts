/** The tool that tells what values a column has, without telling of anybody: only of groups. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import { closestName } from '../closest-name.ts'
import { countOf } from '../count-of.ts'
import { dbTool, viewSource } from '../db-services.ts'
import type { ColumnFacts, TableFacts } from '../engine/query-engine.ts'
import { K, profileColumn as profile } from '../profile/profile-column.ts'
import { renderRows } from '../render-rows.ts'
import { requireTable } from '../visible-tables.ts'
import { databaseInput, tableInput, valueOutput } from './fields.ts'

const output = z.object({
  database: z.string(),
  table: z.string(),
  column: z.string(),
  type: z.string(),
  mask: z.string().nullable(),
  k: z.int(),
  row_count: z.int(),
  null_count: z.int(),
  distinct_count: z.int().nullable(),
  top: z.array(z.object({ value: valueOutput, count: z.int() })),
  other_count: z.int(),
  range: z.object({ low: z.union([z.string(), z.number()]), high: z.union([z.string(), z.number()]) }).nullable(),
  average: z.number().nullable(),
  histogram: z.array(z.object({ from: z.number(), to: z.number(), count: z.int() })),
  untrusted: z.literal(true),
})

/** Masked values stay masked, because it asks as every query does. */
export const profileColumn = dbTool({
  name: 'profile_column',
  title: 'Profile a column',
  description:
    'Summarizes one column: NULLs, distinct values, most frequent values, and for numbers range, average and histogram. Values of fewer than 5 rows are never shown. Use it to learn which values to filter by; use run_query to count something particular.',
  effect: 'read',
  input: z.object({
    database: databaseInput,
    table: tableInput,
    column: z.string().min(1).max(128).describe('Column name, e.g. "status"'),
    top: z.int().min(1).max(50).default(10).describe('Most frequent values to show'),
  }),
  output,
  async run({ database, table: name, column: columnName, top }, { services, caller, signal }) {
    const view = viewSource(services, caller, database)
    const { table } = await requireTable(view, name)
    const column = requireColumn(table, columnName)
    const found = await profile(view, { table, column, top, signal })
    const { low, high } = found.range ?? {}
    return {
      text: [
        `${table.name}.${column.name} (${column.type}${column.mask ? `, masked: ${column.mask}` : ''}): ${countOf(found.row_count, 'row')}, ${found.null_count} NULL, ${found.distinct_count ?? 'few'} distinct (as ${view.viewer.role}).`,
        ...(found.range
          ? [`Range about ${low} to ${high}${found.average === null ? '' : `, average about ${found.average}`}.`]
          : []),
        ...found.histogram.map(({ from, to, count }) => `${from} to ${to}: ${count}`),
        renderRows(
          ['value', 'rows'],
          found.top.map(({ value, count }) => [value, count]),
          `${view.source.id}.${table.name}`,
        ),
        `${countOf(found.other_count, 'row')} with other values; values of fewer than ${K} rows are not shown. Next: run_query with a filter.`,
      ].join('\n'),
      data: {
        database: view.source.id,
        table: table.name,
        column: column.name,
        type: column.type,
        mask: column.mask,
        k: K,
        ...found,
        untrusted: true as const,
      },
    }
  },
})

function requireColumn(table: TableFacts, name: string): ColumnFacts {
  const found = table.columns.find((one) => one.name.toLowerCase() === name.toLowerCase())
  if (found) return found
  const names = table.columns.map((one) => one.name)
  const closest = closestName(name, names)
  throw new ToolError(
    'not_found',
    `No column "${name}" in ${table.name}.${closest ? ` Did you mean ${closest}?` : ''} Use describe_table to see its columns.`,
    { field: 'column', allowed: names.slice(0, 50), ...(closest ? { did_you_mean: closest } : {}) },
  )
}
