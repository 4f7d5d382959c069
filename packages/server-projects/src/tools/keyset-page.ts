/** One page of any list: cursor opened and sealed, one row more asked for than shown, rows cut to fit. */
import { fitRows } from '@causeway/shared-contracts/bounded-rows'
import { cursorInput } from '@causeway/shared-contracts/cursor-codec'
import { z } from 'zod'
import type { ProjectCall } from '../open-services.ts'

/** The sort key of a row. */
export type Place = (string | number | null)[]

/** How a cursor's place looks. */
export const PLACE = z.array(z.union([z.string(), z.number(), z.null()]))

/** Paging arguments that every list takes. */
export const pagingInput = {
  limit: z.int().min(1).max(50).default(20).describe('Rows'),
  cursor: cursorInput,
}

/** Paging fields that every list answers. */
export const pagingShape = { truncated: z.boolean(), next_cursor: z.string().optional() }

/** What to read, and where to go on. */
export interface PageSource<Row> {
  tool: string
  /** All that decides which rows there are and in which order. */
  filters: unknown
  limit: number
  cursor?: string | undefined
  /** Rows in a total order, after a place. */
  read(after: Place | undefined, limit: number): Row[]
  placeOf(row: Row): Place
  render(row: Row): string
}

/** The rows of a page, and how to get the next. */
export type KeysetPage<Row> = { rows: Row[]; paging: { truncated: boolean; next_cursor?: string } }

/** @throws ToolError `invalid_cursor` */
export function keysetPage<Row extends object>(call: ProjectCall, source: PageSource<Row>): KeysetPage<Row> {
  const { cursors } = call.services
  const walk = { caller: call.caller, tool: source.tool, filters: source.filters }
  const found = source.read(cursors.open(source.cursor, walk, PLACE), source.limit + 1)
  const rows = fitRows(found.slice(0, source.limit), source.render)
  const last = rows.at(-1)
  const isTruncated = rows.length < Math.min(found.length, source.limit)
  const nextCursor = last && rows.length < found.length ? cursors.seal(source.placeOf(last), walk) : undefined
  return { rows, paging: { truncated: isTruncated, ...(nextCursor ? { next_cursor: nextCursor } : {}) } }
}

/**
 * The text half of a page.
 * @param words what a row is called, what to say when there is none, and what to do next
 */
export function renderKeysetPage<Row>(
  page: KeysetPage<Row>,
  render: (row: Row) => string,
  words: { one: string; many: string; whenEmpty: string; next: string },
): string {
  const { rows, paging } = page
  if (rows.length === 0) return words.whenEmpty
  const next = paging.next_cursor
    ? `More follow: call again with the same arguments and cursor: ${paging.next_cursor}`
    : words.next
  return [`${rows.length} ${rows.length === 1 ? words.one : words.many}:`, ...rows.map(render), next].join('\n')
}
