/** Every item once, whichever way an API counts its pages, however many rows are shown, and while rows are inserted. */
import { expect, it } from 'vitest'
import type { PagePlan } from './operation.ts'
import { argumentsAt, type PagePlace, placeAfter, unseenItems } from './walk-pages.ts'

type Api = (args: Record<string, unknown>, rows: { id: number }[]) => unknown
const plan = (style: PagePlan['style'], more: Partial<PagePlan> = {}): PagePlan => ({
  style,
  param: 'at',
  items: 'rows',
  next: 'id',
  size: 'size',
  first: style === 'page' ? 1 : 0,
  ...more,
})
const from = (rows: { id: number }[], start: number, size: unknown) => rows.slice(start, start + Number(size ?? 10))

const APIS: [string, PagePlan, Api][] = [
  [
    'pages',
    plan('page'),
    ({ at = 1, size = 10 }, rows) => ({ rows: from(rows, (Number(at) - 1) * Number(size), size) }),
  ],
  [
    'pages of a size of its own',
    plan('page', { size: undefined }),
    ({ at = 1 }, rows) => ({ rows: from(rows, (Number(at) - 1) * 10, 10) }),
  ],
  ['offsets', plan('offset'), ({ at = 0, size }, rows) => ({ rows: from(rows, Number(at), size) })],
  [
    'last ids',
    plan('last_id', { more: 'has_more' }),
    ({ at, size }, rows) => {
      const start = at === undefined ? 0 : rows.findIndex(({ id }) => id === at) + 1
      return { rows: from(rows, start, size), has_more: start + Number(size) < rows.length }
    },
  ],
  [
    'cursors',
    plan('cursor', { next: 'paging.next' }),
    ({ at, size }, rows) => {
      const start = at === undefined ? 0 : rows.findIndex(({ id }) => `c${id}` === at) + 1
      const page = from(rows, start, size)
      const isLast = start + page.length >= rows.length
      return { rows: page, paging: isLast ? {} : { next: `c${page.at(-1)?.id}` } }
    },
  ],
]

it.each(APIS)('walks %s', (_, pages, api) => {
  for (const isGrowing of [false, true]) {
    for (const shownAtOnce of [3, 10]) {
      const rows = Array.from({ length: 34 }, (_, i) => ({ id: 34 - i }))
      const ids: number[] = []
      let place: PagePlace | undefined
      for (let nth = 0; nth < 40; nth++) {
        const args = argumentsAt(pages, { size: 8 }, place)
        const answer = api(args, rows) as { rows: { id: number }[] }
        const shown = unseenItems(answer.rows, place).slice(0, shownAtOnce) as { id: number }[]
        ids.push(...shown.map(({ id }) => id))
        place = placeAfter(pages, { args, answer, items: answer.rows, shown, place })
        if (!place) break
        if (isGrowing && nth < 5) rows.unshift({ id: 100 + nth })
      }
      expect(place, 'it ends').toBeUndefined()
      expect(new Set(ids).size, 'no repeat').toBe(ids.length)
      expect(ids.filter((id) => id <= 34).length, 'no gap').toBe(34)
    }
  }
})
