/** Overviews that are rendered once and shown again, for at most five minutes and never past a write, whoever made it. */
import { missingScopes } from '@causeway/shared-contracts/caller'
import type { TimedText } from '@causeway/shared-contracts/define-resource'
import { lastTouch } from '../notices/announcer.ts'
import type { ProjectCall } from '../open-services.ts'
import { dateOf } from '../text/calendar-date.ts'
import type { Database } from './database.ts'

const LIFE_MS = 5 * 60_000
const DAY_MS = 86_400_000

/** An overview for people and models, and the same for programs. */
export interface View {
  text: string
  data: object
}

/** Rendered overviews by URI. */
export interface ViewCache {
  /** What is at `uri` as of the last write, rendered again when there was one since, or when it is too old. */
  get(uri: string, render: () => View): TimedText
}

/**
 * The overview as this caller may keep it: for what is left of its life, but not at all by who may write. Clients go on showing
 * what they keep, and nobody would understand a status without the task that they have just made.
 */
export function readView({ services, caller }: ProjectCall, uri: string, render: () => View): TimedText {
  const view = services.views.get(uri, render)
  return missingScopes(caller, ['projects.write']).length > 0 ? view : { ...view, ttlMs: 0 }
}

interface Entry {
  view: View
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
      const entry = isFresh ? known : { view: render(), seq, date, renderedAtMs: nowMs }
      entries.set(uri, entry)
      // Overviews count what is overdue, so they end with their day.
      return { ...entry.view, ttlMs: Math.min(LIFE_MS - (nowMs - entry.renderedAtMs), DAY_MS - (nowMs % DAY_MS)) }
    },
  }
}
