/** What of one upstream is served, by kind: the same object for as long as it is the same definitions, so that what was made of it need not be made again when another upstream changes. */
import type { UpstreamCatalog } from './catalog.ts'
import { type Entry, KINDS, type Kind, perKind } from './definition.ts'

/** One upstream's definitions by kind, in its order. */
export interface Share {
  upstream: string
  entries: Readonly<Record<Kind, readonly Entry[]>>
  /** What nobody is served before somebody has approved its change. */
  quarantined: Readonly<Record<Kind, readonly Entry[]>>
}

const wholes = new WeakMap<UpstreamCatalog, Share>()

/** All that the upstream published: what its own route serves. */
export function wholeShare(part: UpstreamCatalog): Share {
  let share = wholes.get(part)
  if (!share) {
    share = { upstream: part.id, entries: byKind(part.entries), quarantined: byKind(part.quarantined ?? []) }
    wholes.set(part, share)
  }
  return share
}

/** What is left of the share without some of its definitions; the share itself when none of them is its. */
export function without(share: Share, refused: ReadonlySet<Entry>): Share {
  const isLeft = (entry: Entry) => !refused.has(entry)
  const left = (of: Share['entries']) => perKind((kind) => of[kind].filter(isLeft))
  if (refused.size === 0) return share
  return keep(share, { ...share, entries: left(share.entries), quarantined: left(share.quarantined) })
}

/** Of two shares that are equal the older one. */
export function keep(older: Share | undefined, newer: Share): Share {
  if (!older) return newer
  const isSame = (of: 'entries' | 'quarantined') => KINDS.every((kind) => areSame(older[of][kind], newer[of][kind]))
  return isSame('entries') && isSame('quarantined') ? older : newer
}

/** Whether both hold the same objects in the same order. */
export function areSame<T>(some: readonly T[], others: readonly T[]): boolean {
  return some === others || (some.length === others.length && some.every((each, i) => each === others[i]))
}

function byKind(entries: readonly Entry[]): Record<Kind, readonly Entry[]> {
  return perKind((kind) => entries.filter((entry) => entry.kind === kind))
}
