/** The tool that shows how the database would run a statement. */
import { z } from 'zod'
import { countOf } from '../count-of.ts'
import { dbTool, viewSource } from '../db-services.ts'
import type { PlanStep } from '../engine/query-engine.ts'
import { asToolErrors } from '../to-tool-error.ts'
import { costOutput, databaseInput, paramsInput, sqlInput, toCost } from './fields.ts'

const MAX_STEPS = 200

/** The plan without what the caller's role may not know. */
export const explainQuery = dbTool({
  name: 'explain_query',
  title: 'Explain a query',
  description:
    'Shows the steps by which the database would run a SELECT: scans, index searches, joins, sorts, and tables read from end to end. It does not run it. Use it to make a slow query faster; check_query tells what is allowed.',
  effect: 'read',
  input: z.object({ database: databaseInput, sql: sqlInput, params: paramsInput }),
  output: z.object({
    steps: z.array(
      z.object({ depth: z.int(), operation: z.string(), table: z.string().nullable(), detail: z.string().nullable() }),
    ),
    tables: z.array(z.string()),
    cost: costOutput,
    truncated: z.boolean(),
  }),
  async run({ database, sql, params }, { services, caller, signal }) {
    const view = viewSource(services, caller, database)
    const { source, viewer } = view
    const request = { viewer, sql, params, timeoutMs: source.limits.defaultTimeoutMs, signal }
    const plan = await asToolErrors(view, () => source.engine.explain(request))
    const steps = plan.steps.slice(0, MAX_STEPS)
    const { fullScans, estimatedRows } = plan.cost
    return {
      text: [
        `${countOf(plan.steps.length, 'step')} on ${source.id} as ${viewer.role}${estimatedRows === null ? '' : `, about ${countOf(estimatedRows, 'row')}`}.`,
        ...steps.map(outlineStep),
        fullScans.length > 0
          ? `Next: ${fullScans.join(', ')} would be read from end to end; filter or join by a key or an indexed column.`
          : 'Next: run_query with the same sql.',
      ].join('\n'),
      data: { steps, tables: plan.tables, cost: toCost(plan.cost), truncated: steps.length < plan.steps.length },
    }
  },
})

function outlineStep({ depth, operation, table, detail }: PlanStep): string {
  return `${'  '.repeat(depth)}${[operation, table, detail].filter(Boolean).join(' ')}`
}
