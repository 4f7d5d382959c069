/** What each upstream's definitions were when they were accepted, and what waits for a person since. */
import type { DatabaseSync } from 'node:sqlite'

/** Who accepted a definition: it was the first of its name, it came with its package, it only added something, or a person did. */
export type AcceptedBy = 'first-sight' | 'manifest' | 'compatible' | 'person'

/** Names one definition. */
export interface PinKey {
  upstream: string
  /** A kind of list, or `instructions`. */
  kind: string
  /** As the upstream knows it; empty for instructions. */
  name: string
}

/** What a definition was published as. */
export interface PinnedText {
  /** Canonical hash. */
  hash: string
  /** SHA-256 of the text. */
  textHash: string
  /** JSON text. */
  text: string
}

/** A pin without texts, of which there may be megabytes. */
export interface PinMark extends PinKey {
  /** Canonical hash and text hash of what was accepted; `null` when nothing was yet. */
  hash: string | null
  textHash: string | null
  /** The same of what waits; `null` when nothing does. */
  heldHash: string | null
  heldTextHash: string | null
}

/** A whole pin. */
export interface StoredPin extends PinMark {
  text: string | null
  acceptedBy: AcceptedBy | null
  acceptedMs: number | null
  heldText: string | null
  heldReason: string | null
  heldMs: number | null
}

/** The table of pins. */
export interface PinTable {
  marks(upstream: string): PinMark[]
  get(key: PinKey): StoredPin | undefined
  /** All pins of which something waits, by upstream, kind and name. */
  held(): StoredPin[]
  /** Pins a definition; nothing waits any more. */
  accept(key: PinKey, what: PinnedText, how: { by: AcceptedBy; nowMs: number }): void
  /** What waits, without texts, in the same order. */
  heldMarks(): (PinKey & { heldHash: string })[]
  /** Keeps what waits beside what was accepted. */
  hold(key: PinKey, what: PinnedText, why: { reason: string; nowMs: number }): void
  /** Nothing waits any more; a definition of which nothing was accepted is forgotten. */
  release(key: PinKey): void
  /**
   * Accepts what waits, if it still is what was looked at.
   * @returns whether it was
   */
  approve(key: PinKey, heldHash: string, nowMs: number): boolean
  /** Forgets a definition. */
  remove(key: PinKey): void
  /** Changes with every approval. */
  approvals(): number
}

const SELECT =
  'upstream, kind, name, hash, text_hash AS textHash, held_hash AS heldHash, held_text_hash AS heldTextHash'
const ALL = `${SELECT}, accepted_by AS acceptedBy, accepted_ms AS acceptedMs, held_reason AS heldReason,
  held_ms AS heldMs, text, held_text AS heldText`
const AT = 'WHERE upstream = ? AND kind = ? AND name = ?'
const ACCEPT = `INSERT INTO pins (upstream, kind, name, hash, text_hash, text, accepted_by, accepted_ms)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (upstream, kind, name) DO UPDATE SET hash = excluded.hash, text_hash = excluded.text_hash,
    text = excluded.text, accepted_by = excluded.accepted_by, accepted_ms = excluded.accepted_ms,
    held_hash = NULL, held_text_hash = NULL, held_text = NULL, held_reason = NULL, held_ms = NULL`
const HOLD = `INSERT INTO pins (upstream, kind, name, held_hash, held_text_hash, held_text, held_reason, held_ms)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (upstream, kind, name) DO UPDATE SET held_hash = excluded.held_hash,
    held_text_hash = excluded.held_text_hash, held_text = excluded.held_text, held_reason = excluded.held_reason,
    held_ms = excluded.held_ms`
const APPROVE = `UPDATE pins SET hash = held_hash, text_hash = held_text_hash, text = held_text,
  accepted_by = 'person', accepted_ms = ?, held_hash = NULL, held_text_hash = NULL, held_text = NULL,
  held_reason = NULL, held_ms = NULL ${AT} AND held_hash = ?`
const COUNT_APPROVAL = `INSERT INTO settings (name, value) VALUES ('pin_approvals', '1')
  ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1`

/** @param changed called after each approval */
export function createPinTable(db: DatabaseSync, changed: () => void): PinTable {
  const marks = db.prepare(`SELECT ${SELECT} FROM pins WHERE upstream = ?`)
  const get = db.prepare(`SELECT ${ALL} FROM pins ${AT}`)
  const held = db.prepare(`SELECT ${ALL} FROM pins WHERE held_hash IS NOT NULL ORDER BY upstream, kind, name`)
  const heldMarks = db.prepare(
    'SELECT upstream, kind, name, held_hash AS heldHash FROM pins WHERE held_hash IS NOT NULL ORDER BY upstream, kind, name',
  )
  const accept = db.prepare(ACCEPT)
  const hold = db.prepare(HOLD)
  const forget = db.prepare(`DELETE FROM pins ${AT} AND hash IS NULL`)
  const release = db.prepare(
    `UPDATE pins SET held_hash = NULL, held_text_hash = NULL, held_text = NULL, held_reason = NULL, held_ms = NULL ${AT}`,
  )
  const approve = db.prepare(APPROVE)
  const remove = db.prepare(`DELETE FROM pins ${AT}`)
  const countApproval = db.prepare(COUNT_APPROVAL)
  const approvals = db.prepare("SELECT value FROM settings WHERE name = 'pin_approvals'")
  const at = ({ upstream, kind, name }: PinKey) => [upstream, kind, name] as const
  return {
    marks: (upstream) => marks.all(upstream) as unknown as PinMark[],
    get: (key) => get.get(...at(key)) as unknown as StoredPin | undefined,
    held: () => held.all() as unknown as StoredPin[],
    heldMarks: () => heldMarks.all() as unknown as (PinKey & { heldHash: string })[],
    accept: (key, { hash, textHash, text }, { by, nowMs }) =>
      void accept.run(...at(key), hash, textHash, text, by, nowMs),
    hold: (key, { hash, textHash, text }, { reason, nowMs }) =>
      void hold.run(...at(key), hash, textHash, text, reason, nowMs),
    release(key) {
      if (forget.run(...at(key)).changes === 0) release.run(...at(key))
    },
    approve(key, heldHash, nowMs) {
      const isDone = approve.run(nowMs, ...at(key), heldHash).changes > 0
      if (isDone) countApproval.run()
      if (isDone) changed()
      return isDone
    },
    remove: (key) => void remove.run(...at(key)),
    approvals: () => Number(approvals.get()?.value ?? 0),
  }
}
