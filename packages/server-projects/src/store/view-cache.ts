/** Overviews that are rendered once and shown again, for at most five minutes and never past a write, whoever made it. */
import { lastTouch } from '../notices/announcer.ts'
import { dateOf } from '../text/calendar-date.ts'
import type { Database } from './database.ts'

const LIFE_MS = 5 * 60_000
const DAY_MS = 86_400_000

/** A text, and for how long a reader may keep it, ms. */
export interface CachedView {
  text: string
  ttlMs: number
}

/** Rendered overviews by URI. */
export interface ViewCache {
  /** The text at `uri` as of the last write, rendered again when there was one since, or when it is too old. */
  get(uri: string, render: () => string): CachedView
}

interface Entry {
  text: string
  seq: number
  date: string
  renderedAtMs: number
}

/** @param now the workspace's clock */
export function createViewCache(db: Database, now: () => Date): ViewCache {
  const entries = new Map<string, Entry>()
  return {
    get(uri, render) {
      const [nowMs, date, seq] = [now().getTime(), dateOf(now()), lastTouch(db)]
      const known = entries.get(uri)
      const isFresh = known?.seq === seq && known.date === date && nowMs - known.renderedAtMs < LIFE_MS
      const entry = isFresh ? known : { text: render(), seq, date, renderedAtMs: nowMs }
      entries.set(uri, entry)
      // Overviews count what is overdue, so they end with their day.
      return { text: entry.text, ttlMs: Math.min(LIFE_MS - (nowMs - entry.renderedAtMs), DAY_MS - (nowMs % DAY_MS)) }
    },
  }
}
