/** Fields that several tools take or give. */
import { z } from 'zod'
import type { ColumnFacts, StatementCost } from '../engine/query-engine.ts'
import { MAX_PARAMS, MAX_ROWS, MAX_SQL_CHARS, MAX_TIMEOUT_MS } from '../engine/query-limits.ts'

/** The source; optional while there is only one. */
export const databaseInput = z
  .string()
  .max(64)
  .optional()
  .describe('Database id from list_databases; optional when there is only one')

/** One table. */
export const tableInput = z.string().min(1).max(128).describe('Table name, e.g. "tickets"')

/** One SELECT. */
export const sqlInput = z
  .string()
  .min(1)
  .max(MAX_SQL_CHARS)
  .describe('One SELECT (or WITH … SELECT); values as $1, $2, …')

/** The values of a statement. */
export const paramsInput = z
  .array(z.union([z.string().max(10_000), z.number(), z.boolean(), z.null()]))
  .max(MAX_PARAMS)
  .default([])
  .describe('Values of $1, $2, …')

/** Rows of one page. */
export const limitInput = z.int().min(1).max(MAX_ROWS).optional().describe('Most rows of this page, default 100')

/** How long a statement may run. */
export const timeoutInput = z.int().min(50).max(MAX_TIMEOUT_MS).optional().describe('The query is stopped after this')

/** The columns of a result. */
export const columnsOutput = z.array(z.object({ name: z.string(), type: z.string(), masked: z.boolean() }))

/** What the policy did to a statement. */
export const policyOutput = z.object({
  role: z.string(),
  masked: z.array(z.string()),
  row_filtered: z.array(z.string()),
})

/** A column as tools describe it. */
export const columnOutput = z.object({
  name: z.string(),
  type: z.string(),
  nullable: z.boolean(),
  primary_key: z.boolean(),
  mask: z.string().nullable(),
  about: z.string().optional(),
})

/** A reference between tables. */
export const linkOutput = z.object({ columns: z.array(z.string()), table: z.string(), to_columns: z.array(z.string()) })

/** A value in a row. */
export const valueOutput = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.object({ $blob: z.int(), uri: z.string().optional() }),
])

/** The column in the shape of {@link columnOutput}. */
export function toColumnOutput(column: ColumnFacts, withAbout: boolean) {
  const { name, type, nullable, primaryKey, mask, about } = column
  return { name, type, nullable, primary_key: primaryKey, mask, ...(withAbout ? { about } : {}) }
}

/** What running a statement would cost. */
export const costOutput = z.object({
  full_scans: z.array(z.string()),
  estimated_rows: z.number().nullable(),
  plan_cost: z.number().nullable(),
})

/** The cost in the shape of {@link costOutput}. */
export function toCost({ fullScans, estimatedRows, planCost }: StatementCost) {
  return { full_scans: fullScans, estimated_rows: estimatedRows, plan_cost: planCost }
}
