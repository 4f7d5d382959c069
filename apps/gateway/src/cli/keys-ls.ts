/** `causeway keys ls`: the keys that sign toward domain servers, and those that seal sessions. */
import { SESSION_LIFE_MS } from '../identity/session-seal.ts'
import { publishedUntilMs, signsFromMs } from '../identity/signing-keyring.ts'
import { formatTable } from './table.ts'
import type { Workspace } from './workspace.ts'

/** One key as commands print it. */
export interface KeyData {
  use: 'signing' | 'sealing'
  id: string
  created: string
  /** When it signs first; sealing keys seal at once. */
  from: string
  /** Until when what it made counts; `null` while it is in use. */
  until: string | null
}

/** Prints all keys that still count, newest first. */
export function keysLs({ existingStore, printer }: Workspace): void {
  const store = existingStore()
  const keys = store ? keyData(store) : []
  printer.answer(keys, () =>
    formatTable(
      ['USE', 'ID', 'FROM (UTC)', 'UNTIL'],
      keys.map(({ use, id, from, until }) => [use, id, from.slice(0, 19), until?.slice(0, 19) ?? 'in use']),
    ),
  )
}

/** What there is of keys; nothing secret is in it. */
export function keyData(store: ReturnType<Workspace['store']>, nowMs = Date.now()): KeyData[] {
  const signing = store.signingKeys.list().map((key): KeyData => {
    const from = iso(signsFromMs(key))
    const until = key.retiredMs === null ? null : iso(publishedUntilMs(key.retiredMs))
    return { use: 'signing', id: key.kid, created: iso(key.createdMs), from, until }
  })
  const sealing = store.sealingKeys.list().map((key): KeyData => {
    const until = key.retiredMs === null ? null : iso(key.retiredMs + SESSION_LIFE_MS)
    return { use: 'sealing', id: key.id, created: iso(key.createdMs), from: iso(key.createdMs), until }
  })
  return [...signing, ...sealing].filter(({ until }) => until === null || Date.parse(until) > nowMs)
}

const iso = (timeMs: number) => new Date(timeMs).toISOString()
