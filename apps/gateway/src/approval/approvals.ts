/** The calls that wait for a person, as line 1 and the admin surface use them: asked for once, decided once, used once. */
import { randomBase62 } from '../identity/base62.ts'
import type { ApprovalKey, StoredApproval } from '../store/approvals.ts'
import type { Store } from '../store/open-store.ts'
import { type Decided, type Deciding, decideApproval, SELF } from './decide-approval.ts'

/** How long a call waits for a verdict, ms. */
export const WAIT_MS = 15 * 60_000
/** Calls of one agent that may wait at once. */
export const MAX_WAITING = 100
/** How long the history is kept here, ms; the audit record keeps it longer. */
const KEPT_MS = 30 * 24 * 60 * 60_000
const MAX_ROWS = 10_000
const PRUNE_EVERY_MS = 60_000
const MAX_LISTED = 1_000

/** A call that a rule wants a person to look at. */
export interface CallToApprove extends ApprovalKey {
  agent: string
  user: string | null
  upstream: string
  argumentsShown: string
}

/** Where a call stands: `required` when its approval was asked for just now, `full` when too many of the agent's calls wait already. */
export type Standing =
  | { kind: 'required' | 'pending' | 'approved' | 'rejected'; approval: StoredApproval }
  | { kind: 'full' }

/** All approvals. */
export interface Approvals {
  /** Finds where the call stands, asking for an approval where there is none. */
  standingOf(call: CallToApprove): Standing
  get(id: string): StoredApproval | undefined
  /** Those that wait or are approved and unused, or all of the last 30 days; newest first, at most 1,000. */
  list(on?: { isAll?: boolean }): StoredApproval[]
  /** Decides, once. */
  decide(deciding: Deciding): Decided
  /** The verdict of whoever the agent works for; one that rejects covers this call alone. */
  decideSelf(id: string, isApproved: boolean): void
  /** Uses up an approval; on the disk when it returns. Says whether it could be used. */
  spend(id: string): boolean
  /** Lets the call of a used approval go on with its next round, once; on the disk when it returns. */
  goOn(id: string, round: number): boolean
  /** Calls `listener` after every change, at most 500 ms late for another process's; returns how to stop. */
  onChange(listener: () => void): () => void
  close(): void
}

/** Makes them over the store. */
export function createApprovals(store: Store, now: () => number = Date.now): Approvals {
  const table = store.approvals
  const listeners = new Set<() => void>()
  let revision = table.revision()
  let prunedMs = 0
  const notice = () => {
    const before = revision
    revision = table.revision()
    if (revision !== before) for (const listener of listeners) listener()
  }
  const noticing = <T>(work: () => T): T => {
    const result = work()
    notice()
    return result
  }
  const stopWatching = store.onChange(notice)
  const find = (call: CallToApprove, nowMs: number): Standing | undefined => {
    const live = table.live(call, nowMs)
    return live && { kind: live.verdict ?? 'pending', approval: live }
  }
  const request = (call: CallToApprove): Standing => {
    const nowMs = now()
    if (nowMs - prunedMs > PRUNE_EVERY_MS) {
      table.prune({ requestedBeforeMs: nowMs - KEPT_MS, nowMs, maxRows: MAX_ROWS })
      prunedMs = nowMs
    }
    const found = find(call, nowMs)
    if (found) return found
    if (table.waiting(call.agent, nowMs) >= MAX_WAITING) return { kind: 'full' }
    const id = newId()
    table.insert({ ...call, id, requestedMs: nowMs, expiresMs: nowMs + WAIT_MS })
    return { kind: 'required', approval: table.get(id) as StoredApproval }
  }
  return {
    // Agents ask again and again: only the first time needs the lock, for which everybody would wait.
    standingOf: (call) => find(call, now()) ?? noticing(() => store.transaction(() => request(call))),
    get: table.get,
    list: ({ isAll = false } = {}) => table.list({ nowMs: now(), isAll, limit: MAX_LISTED }),
    decide: (deciding) => noticing(() => decideApproval(store, deciding, now())),
    decideSelf(id, isApproved) {
      const nowMs = now()
      const verdict = isApproved ? 'approved' : 'rejected'
      const expiresMs = isApproved ? nowMs + WAIT_MS : nowMs
      const by = { by: SELF, through: 'elicitation', reason: null }
      noticing(() => table.decide(id, { verdict, ...by, nowMs, expiresMs }))
    },
    spend: (id) => noticing(() => table.spend(id, now())),
    goOn: (id, round) => noticing(() => table.nextRound(id, round)),
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close: stopWatching,
  }
}

function newId(): string {
  return `apr_${randomBase62(12)}`
}
