/** Pages of the lists of the admin API: in the order of a key, so that what comes and goes meanwhile shifts nothing. */
import { z } from 'zod'
import { GatewayError } from '../errors.ts'

const CURSOR = /^[A-Za-z0-9_-]{1,4096}$/

/** The query of every list. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(100).describe('At most as many items.'),
  cursor: z
    .string()
    .regex(CURSOR, 'Want a nextCursor as it came')
    .optional()
    .describe('nextCursor of the page before.'),
})

/** The answer of a list of these items. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.strictObject({
    items: z.array(item),
    nextCursor: z.string().nullable().describe('For the next page; null on the last.'),
  })
}

/** One page. */
export interface Page<T> {
  items: T[]
  nextCursor: string | null
}

/**
 * Cuts a page.
 * @param keyOf unique for each item
 * @throws GatewayError input_invalid for a cursor that no page gave
 */
export function paginate<T>(
  all: readonly T[],
  { limit, cursor }: z.output<typeof pageQuery>,
  keyOf: (item: T) => string,
): Page<T> {
  const after = cursor === undefined ? undefined : keyIn(cursor)
  const sorted = all.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const rest = after === undefined ? sorted : sorted.filter((item) => keyOf(item) > after)
  const items = rest.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: rest.length > limit && last ? Buffer.from(keyOf(last)).toString('base64url') : null }
}

function keyIn(cursor: string): string {
  const bytes = Buffer.from(cursor, 'base64url')
  const key = bytes.toString('utf8')
  if (Buffer.from(key).toString('base64url') === cursor) return key
  throw new GatewayError('input_invalid', 'Cannot continue the list: the cursor is not one that it gave')
}
