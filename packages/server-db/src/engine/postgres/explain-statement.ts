/** Tells how Postgres would run a statement, without running it and without what the viewer may not know: conditions, masks, row filters, and estimates that count hidden rows. */
import { ADMIN } from '../../policy/source-policy.ts'
import type { Viewer } from '../../policy/viewer.ts'
import type { PlanStep, StatementPlan } from '../query-engine.ts'
import type { DbClient } from './db-client.ts'
import { type BoundStatement, readColumns } from './page-rows.ts'
import type { BaseSchema } from './read-base-schema.ts'

interface PlanNode {
  'Node Type': string
  'Join Type'?: string
  Strategy?: string
  Schema?: string
  'Relation Name'?: string
  'Index Name'?: string
  'Plan Rows': number
  'Total Cost': number
  Plans?: PlanNode[]
}

/** @throws {QueryFailure} */
export async function explainStatement(
  client: DbClient,
  bound: BoundStatement,
  { viewer, base }: { viewer: Viewer; base: BaseSchema },
): Promise<StatementPlan> {
  const { text, tables, masked, rowFiltered } = bound.runnable
  const columns = await readColumns(client, bound)
  const root = await readPlan(client, text, bound.values)
  const steps = toSteps(root, { isAdmin: viewer.role === ADMIN, base })
  const scans = steps.flatMap(({ operation, table }) =>
    /^(Parallel )?Seq Scan/.test(operation) && table ? [table] : [],
  )
  // Estimates come from statistics of the whole table: behind a filter or a mask they would tell of what it hides.
  const mayTell = masked.length === 0 && rowFiltered.length === 0
  return {
    columns,
    tables,
    masked,
    rowFiltered,
    steps,
    cost: {
      estimatedRows: mayTell ? root['Plan Rows'] : null,
      planCost: mayTell ? root['Total Cost'] : null,
      fullScans: [...new Set(scans)].sort(),
    },
  }
}

/** A generic plan: one for the values, or for the NULLs that stand for them, would be of another statement. */
async function readPlan(client: DbClient, text: string, values: BoundStatement['values']): Promise<PlanNode> {
  await client.rows("SELECT set_config('plan_cache_mode', 'force_generic_plan', true)", [])
  await client.rows(`PREPARE explained AS ${text}`, [])
  const nulls = values.length > 0 ? `(${values.map(() => 'NULL').join(', ')})` : ''
  const [row] = await client.rows(`EXPLAIN (FORMAT JSON, VERBOSE) EXECUTE explained${nulls}`, [])
  return (JSON.parse(row?.['QUERY PLAN'] ?? '[]') as { Plan: PlanNode }[])[0]!.Plan
}

function toSteps(root: PlanNode, view: { isAdmin: boolean; base: BaseSchema }): PlanStep[] {
  const steps: PlanStep[] = []
  const add = (node: PlanNode, depth: number) => {
    const table = tableOf(node, view.base)
    steps.push({
      depth,
      operation: [node['Join Type'], node.Strategy, node['Node Type']]
        .filter((word) => word && word !== 'Plain')
        .join(' '),
      table,
      // The name of an index may tell of a column.
      detail: view.isAdmin && node['Index Name'] ? `by index ${node['Index Name']}` : null,
    })
    for (const child of node.Plans ?? []) add(child, depth + 1)
  }
  add(root, 0)
  return steps
}

function tableOf({ Schema: schema, 'Relation Name': relation }: PlanNode, { tables }: BaseSchema): string | null {
  const found = [...tables.values()].find((one) => one.schema === schema && one.relation === relation)
  return found?.name ?? null
}
