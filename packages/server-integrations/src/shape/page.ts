/** A page of rows as every paged tool answers it. */
import { z } from 'zod'

/** A page of rows of one shape, how to go on, and what else the tool tells. */
export function pageOf<Row extends z.ZodType, More extends z.ZodRawShape>(row: Row, more?: More) {
  return z.object({
    items: z.array(row),
    next_cursor: z.string().optional(),
    untrusted: z.boolean(),
    ...(more as More),
  })
}
