/** The tool that says what would become of a statement, without running it. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import { dbTool, type SourceView, viewSource } from '../db-services.ts'
import type { StatementVerdict } from '../engine/query-engine.ts'
import { asToolErrors } from '../to-tool-error.ts'
import { columnsOutput, costOutput, databaseInput, policyOutput, sqlInput, toCost } from './fields.ts'

const output = z.object({
  accepted: z.boolean(),
  refusal: z
    .object({ code: z.string(), rule: z.string().nullable(), message: z.string(), did_you_mean: z.string().nullable() })
    .nullable(),
  tables: z.array(z.string()),
  columns: columnsOutput,
  policy: policyOutput,
  cost: costOutput.nullable(),
})

/** A refusal is the answer here, and no error. */
export const checkQuery = dbTool({
  name: 'check_query',
  title: 'Check a query',
  description:
    'Judges a SELECT without running it: accepted or refused, by which rule, what to write instead, the tables it reads, what your role masks or leaves out, and full scans. Use it when run_query refused a statement or before a costly one; explain_query shows the steps.',
  effect: 'read',
  input: z.object({ database: databaseInput, sql: sqlInput }),
  output,
  async run({ database, sql }, { services, caller, signal }) {
    const view = viewSource(services, caller, database)
    const { source, viewer } = view
    const request = { viewer, sql, params: [], timeoutMs: source.limits.defaultTimeoutMs, signal }
    try {
      return accepted(await asToolErrors(view, () => source.engine.check(request)), view)
    } catch (error) {
      if (error instanceof ToolError && error.shape.field === 'sql') return refused(error, view)
      throw error
    }
  },
})

function accepted({ tables, columns, masked, rowFiltered, cost }: StatementVerdict, { source, viewer }: SourceView) {
  const policy = { role: viewer.role, masked, row_filtered: rowFiltered }
  const lines = [
    `Accepted on ${source.id} as ${viewer.role}. Reads ${tables.join(', ') || 'no table'}.`,
    `Columns: ${columns.map(({ name, type, masked: isMasked }) => `${name} ${type}${isMasked ? ' (masked)' : ''}`).join(', ')}.`,
    ...(masked.length > 0 ? [`Masked for your role: ${masked.join(', ')}.`] : []),
    ...(rowFiltered.length > 0 ? [`Rows left out for your role in: ${rowFiltered.join(', ')}.`] : []),
    ...(cost.fullScans.length > 0
      ? [`Read from end to end: ${cost.fullScans.join(', ')}; filter by a key or an indexed column to avoid it.`]
      : []),
    'Next: run_query with the same sql.',
  ]
  return {
    text: lines.join('\n'),
    data: { accepted: true, refusal: null, tables, columns, policy, cost: toCost(cost) },
  }
}

function refused({ shape }: ToolError, { viewer }: SourceView) {
  const { code, message, rule, did_you_mean } = shape
  return {
    text: `Refused. ${message}`,
    data: {
      accepted: false,
      refusal: { code, rule: (rule as string | undefined) ?? null, message, did_you_mean: did_you_mean ?? null },
      tables: [],
      columns: [],
      policy: { role: viewer.role, masked: [], row_filtered: [] },
      cost: null,
    },
  }
}
