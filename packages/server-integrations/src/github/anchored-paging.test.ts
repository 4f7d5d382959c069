/** A walk sees each row once while the list changes under it. */
import { expect, it } from 'vitest'
import { type PagePlace, rowsAfter } from './anchored-paging.ts'

/** A list that changes between the pages of a walk; rows are plain ids, the newest first. */
function sourceOf(list: { ids: number[] }, perPage: number) {
  return {
    perPage,
    idOf: (id: number) => id,
    fetch: async (page: number) => ({
      total: list.ids.length,
      rows: list.ids.slice((page - 1) * perPage, page * perPage),
    }),
  }
}

async function walk(list: { ids: number[] }, perPage: number, between: (page: number) => void): Promise<number[]> {
  const seen: number[] = []
  let place: PagePlace | undefined
  for (let page = 1; page < 100; page++) {
    const found = await rowsAfter(sourceOf(list, perPage), place)
    if (!found) throw new Error('Cannot go on: lost the place')
    seen.push(...found.rows)
    place = found.placeAfter(found.rows.length)
    if (!place) return seen
    between(page)
  }
  throw new Error('Cannot end the walk: it goes round')
}

const newestFirst = (count: number) => Array.from({ length: count }, (_, i) => count - i)

it.each([1, 2, 3, 5, 7, 50])(
  'sees every row once with pages of %i while rows are inserted before them',
  async (perPage) => {
    for (const inserted of [0, 1, 2, 3, 5]) {
      if (inserted > perPage) continue
      const list = { ids: newestFirst(53) }
      let next = 54
      const seen = await walk(list, perPage, () => {
        for (let i = 0; i < inserted && next < 70; i++) list.ids.unshift(next++)
      })
      expect(
        seen.filter((id) => id <= 53),
        `${inserted} inserted a page`,
      ).toEqual(newestFirst(53))
    }
  },
)

it('misses no row that stays while others are removed', async () => {
  const list = { ids: newestFirst(40) }
  const seen = await walk(list, 5, (page) => {
    list.ids = list.ids.filter((id) => id !== 40 - page)
  })
  expect(new Set(seen).size).toBe(seen.length)
  expect(list.ids.every((id) => seen.includes(id))).toBe(true)
})

it('goes on after a cut in the middle of a page', async () => {
  const source = sourceOf({ ids: newestFirst(12) }, 10)
  const first = await rowsAfter(source)
  const second = await rowsAfter(source, first?.placeAfter(4))
  expect(second?.rows).toEqual([8, 7, 6, 5, 4, 3, 2, 1])
  expect(second?.placeAfter(8)).toBeUndefined()
})

it('says so when the place is gone, and stops where the API does', async () => {
  expect(await rowsAfter(sourceOf({ ids: newestFirst(9) }, 3), { page: 2, anchors: [99] })).toBeUndefined()
  const endless = await walk({ ids: newestFirst(1_200) }, 50, () => {})
  expect(endless).toHaveLength(1_000)
})
