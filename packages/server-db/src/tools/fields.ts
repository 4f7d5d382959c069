/** Fields that several tools take or give. */
import { z } from 'zod'
import type { ColumnFacts } from '../engine/query-engine.ts'

/** The source; optional while there is only one. */
export const databaseInput = z
  .string()
  .max(64)
  .optional()
  .describe('Database id from list_databases; optional when there is only one')

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
export const valueOutput = z.union([z.string(), z.number(), z.null(), z.object({ $blob: z.int() })])

/** The column in the shape of {@link columnOutput}. */
export function toColumnOutput(column: ColumnFacts, withAbout: boolean) {
  const { name, type, nullable, primaryKey, mask, about } = column
  return { name, type, nullable, primary_key: primaryKey, mask, ...(withAbout ? { about } : {}) }
}
