/** Walks a numbered-page API without gap or repeat: the place is remembered by the last rows seen, not by counting. */
import { z } from 'zod'

/** GitHub serves no more than this many search results, whatever their number. */
const MAX_REACHABLE = 1_000
const MAX_ANCHORS = 3

/** Where a walk stands: the page of its last row, and the ids of its last rows, newest last. */
export const PagePlace = z.object({ page: z.number().int().min(1), anchors: z.array(z.number().int()).min(1) })
export type PagePlace = z.output<typeof PagePlace>

/** A numbered-page list, in a fixed order. */
export interface PageSource<Row> {
  perPage: number
  /** Rows that the API serves at most; a search serves 1,000, a list has no end. */
  maxReachable?: number
  idOf(row: Row): number
  fetch(page: number): Promise<{ total: number; rows: Row[] }>
}

/** The rows after a place, at most one page of them. */
export interface RowsAfter<Row> {
  rows: Row[]
  total: number
  /** Where the walk stands after the first `count` rows, or undefined when nothing can follow them. */
  placeAfter(count: number): PagePlace | undefined
}

/**
 * Fetches the rows after `place`, or the first ones.
 * @returns undefined when none of the rows last seen is near its page any more
 */
export async function rowsAfter<Row>(source: PageSource<Row>, place?: PagePlace): Promise<RowsAfter<Row> | undefined> {
  if (!place) return toRowsAfter(source, [await fetchPage(source, 1)])
  // The anchors may straddle two pages: those after the one that was found have been seen all the same.
  const withoutAnchors = (page: FetchedPage<Row>) => ({
    ...page,
    rows: page.rows.filter((row) => !place.anchors.includes(source.idOf(row))),
  })
  // Rows inserted since push the anchors to a later page, rows removed pull them to an earlier one.
  for (const page of [place.page, place.page + 1, place.page - 1].filter((each) => each >= 1)) {
    const fetched = await fetchPage(source, page)
    const at = lastAnchorIndex(fetched.rows.map(source.idOf), place.anchors)
    if (at < 0) continue
    const pages = [{ ...fetched, rows: fetched.rows.slice(at + 1) }]
    if (!fetched.isLast) pages.push(await fetchPage(source, page + 1))
    return toRowsAfter(source, pages.map(withoutAnchors))
  }
  return undefined
}

interface FetchedPage<Row> {
  page: number
  total: number
  rows: Row[]
  isLast: boolean
}

async function fetchPage<Row>(source: PageSource<Row>, page: number): Promise<FetchedPage<Row>> {
  const reachable = source.maxReachable ?? MAX_REACHABLE
  if (page * source.perPage > reachable) return { page, total: reachable, rows: [], isLast: true }
  const { total, rows } = await source.fetch(page)
  const isLast = rows.length < source.perPage || page * source.perPage >= Math.min(total, reachable)
  return { page, total, rows, isLast }
}

function toRowsAfter<Row>(source: PageSource<Row>, pages: readonly FetchedPage<Row>[]): RowsAfter<Row> {
  const found = pages.flatMap(({ page, rows }) => rows.map((row) => ({ row, page })))
  const rows = found.slice(0, source.perPage)
  const isEnd = pages.at(-1)?.isLast ?? true
  return {
    rows: rows.map((each) => each.row),
    total: pages[0]?.total ?? 0,
    placeAfter(count) {
      const last = rows[count - 1]
      if (!last || (isEnd && count === found.length)) return undefined
      const anchors = rows.slice(Math.max(0, count - MAX_ANCHORS), count).map((each) => source.idOf(each.row))
      return { page: last.page, anchors }
    },
  }
}

function lastAnchorIndex(ids: readonly number[], anchors: readonly number[]): number {
  const present = anchors.findLast((anchor) => ids.includes(anchor))
  return present === undefined ? -1 : ids.indexOf(present)
}
