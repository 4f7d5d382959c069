/** The part of the contract about pages: each row once, whatever is inserted meanwhile, and never more of them than were asked for. */
import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import type { Cell, CellCheck } from './cell.ts'
import type { PageSample } from './domain-contract.ts'

const MAX_PAGES = 200
/** The most rows that every paged tool gives. */
const LARGE = 50

const pagesWithoutGap: CellCheck = {
  title: 'pages without a gap or a repeat while rows are inserted, and gives no more than the limit',
  async run({ pages = [] }, cell) {
    for (const sample of pages) {
      for (const each of sample.prepare ?? []) await cell.call(each, { idempotency_key: randomUUID() })
      // Other pages end elsewhere, so what falls between two of these is on one of those.
      const largeArgs = { ...sample.args, ...(sample.inLargePages ?? { limit: LARGE }) }
      const inLargePages = await walk({ ...sample, args: largeArgs }, cell)
      const { ids, pages } = await walk(sample, cell, inserting(sample, cell))
      expect(pages, `pages of ${sample.tool}`).toBeGreaterThan(1)
      expect(new Set(ids).size, `${sample.tool} repeats a row`).toBe(ids.length)
      const missed = inLargePages.ids.filter((id) => !ids.includes(id))
      expect(missed, `${sample.tool} misses rows`).toEqual([])
    }
  },
}

const refusesForeignCursors: CellCheck = {
  title: 'takes no cursor that it did not give',
  async run({ pages = [] }, { call }) {
    for (const sample of pages) {
      const { data } = await call(sample, { cursor: 'bm90IGEgY3Vyc29y' })
      expect(data.error?.code, sample.tool).toBe('invalid_cursor')
    }
  },
}

async function walk(
  sample: PageSample,
  { call }: Cell,
  between?: (page: number) => Promise<void>,
): Promise<{ ids: string[]; pages: number }> {
  const ids: string[] = []
  let cursor: string | undefined
  for (let page = 0; page < MAX_PAGES; page++) {
    const { isError, data, text } = await call(sample, cursor === undefined ? {} : { cursor })
    expect(isError, `${sample.tool}: ${text}`).toBe(false)
    const rows = data[sample.rows] as Record<string, unknown>[]
    const limit = sample.args.limit as number | undefined
    if (limit !== undefined) expect(rows.length, `rows of ${sample.tool}`).toBeLessThanOrEqual(limit)
    ids.push(...rows.map((row) => JSON.stringify(sample.id === undefined ? row : row[sample.id])))
    cursor = (data.next_cursor as string | null | undefined) ?? undefined
    if (cursor === undefined) return { ids, pages: page + 1 }
    await between?.(page)
  }
  throw new Error(`Cannot walk ${sample.tool}: it has more than ${MAX_PAGES} pages`)
}

// Enough to push every row by more than one, not so many that the walk never ends.
function inserting({ insert, tool }: PageSample, { call }: Cell): (page: number) => Promise<void> {
  return async (page) => {
    if (!insert || page >= 5) return
    const { isError, text } = await call(insert(page), { idempotency_key: randomUUID() })
    expect(isError, `insert for ${tool}: ${text}`).toBe(false)
  }
}

/** All of this part. */
export const PAGING_CHECKS = [pagesWithoutGap, refusesForeignCursors]
