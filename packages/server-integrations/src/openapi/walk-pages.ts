/** Walks the pages of a third-party list, however its API counts them, without gap and without showing an item twice. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { isRecord, type JsonRecord, own } from './json.ts'
import type { PagePlan } from './operation.ts'
import { valueAt } from './project-value.ts'

/** Where a page ended. */
export const PagePlace = z.object({
  /** The value that chooses the vendor's page; none is the first. */
  at: z.union([z.string(), z.number()]).optional(),
  /** The size of the vendor's pages, which counts of pages are bound to. */
  size: z.number().optional(),
  /** Items of that page that were shown already. */
  skip: z.number().int().min(0),
  /** Marks of the items shown last: those that an insertion has pushed on to this page are not shown again. */
  seen: z.array(z.string()),
})
export type PagePlace = z.output<typeof PagePlace>

const MAX_SEEN = 100
const IDS = ['id', 'gid', 'node_id', 'key', 'number', 'ts', 'sha', 'uuid', 'accountId', 'name']

/** The arguments of the page at a place. */
export function argumentsAt(plan: PagePlan, args: JsonRecord, place: PagePlace | undefined): JsonRecord {
  const size = plan.size !== undefined && place?.size !== undefined ? { [plan.size]: place.size } : {}
  const at = place?.at === undefined ? {} : { [plan.param]: place.at }
  return { ...args, ...size, ...at }
}

/** The items of a page that have not been shown, with how many were before them. */
export function unseenItems(items: readonly unknown[], place: PagePlace | undefined): unknown[] {
  const seen = new Set(place?.seen ?? [])
  return items.slice(place?.skip ?? 0).filter((item) => seen.size === 0 || !seen.has(markOf(item)))
}

/** Where the walk goes on, or undefined at its end. */
export function placeAfter(
  plan: PagePlan,
  page: {
    args: JsonRecord
    answer: unknown
    items: readonly unknown[]
    shown: readonly unknown[]
    place: PagePlace | undefined
  },
): PagePlace | undefined {
  const { items, shown, place, args } = page
  const marks = [...(place?.skip ? place.seen : []), ...shown.map(markOf)].slice(-MAX_SEEN)
  const last = shown.at(-1)
  const end = last === undefined ? items.length : items.indexOf(last) + 1
  const given = plan.size === undefined ? undefined : own(args, plan.size)
  const size = typeof given === 'number' ? { size: given } : {}
  if (end < items.length)
    return { ...(place?.at === undefined ? {} : { at: place.at }), ...size, skip: end, seen: marks }
  const at = nextPage(plan, args, page)
  return at === undefined ? undefined : { at, ...size, skip: 0, seen: marks }
}

function nextPage(
  plan: PagePlan,
  args: JsonRecord,
  { answer, items, place }: { answer: unknown; items: readonly unknown[]; place: PagePlace | undefined },
): string | number | undefined {
  if (plan.style === 'cursor') {
    const next = valueAt(answer, plan.next)
    return (typeof next === 'string' && next !== '') || typeof next === 'number' ? next : undefined
  }
  if (items.length === 0 || (plan.more !== undefined && valueAt(answer, plan.more) === false)) return undefined
  if (plan.style === 'last_id') {
    const id = valueAt(items.at(-1), plan.next)
    return typeof id === 'string' || typeof id === 'number' ? id : undefined
  }
  const size = plan.size === undefined ? undefined : own(args, plan.size)
  if (typeof size === 'number' && items.length < size) return undefined
  const now = Number(place?.at ?? own(args, plan.param) ?? plan.first)
  return plan.style === 'page' ? now + 1 : now + items.length
}

function markOf(item: unknown): string {
  const id = isRecord(item) ? IDS.map((key) => own(item, key)).find((value) => value !== undefined) : undefined
  return createHash('sha256')
    .update(JSON.stringify(id ?? item))
    .digest('base64url')
    .slice(0, 8)
}
