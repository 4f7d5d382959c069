/** Calls that wait, or waited, for a person: each row covers one call of one caller, and is used up once. */
import type { DatabaseSync } from 'node:sqlite'
import { inDurableTransaction } from './database.ts'

/** What a person can say. */
export type Verdict = 'approved' | 'rejected'

/** The call that an approval covers, and nothing else. */
export interface ApprovalKey {
  /** Agent and user together. */
  caller: string
  /** Public name. */
  tool: string
  /** Canonical hash of the tool's definition. */
  definitionHash: string
  /** Digest of the canonical arguments. */
  argumentsDigest: string
  /** Id of the rule that wants the approval. */
  rule: string
  /** JSON text of who may decide, as the rule had it. */
  approvers: string
}

/** One approval. */
export interface StoredApproval extends ApprovalKey {
  id: string
  agent: string
  /** The user for whom the agent acts. */
  user: string | null
  upstream: string
  /** The arguments as people are shown them. */
  argumentsShown: string
  requestedMs: number
  /** Until then it can be decided, and once approved, used. */
  expiresMs: number
  verdict: Verdict | null
  decidedMs: number | null
  decidedBy: string | null
  /** Where it was decided, such as `cli` or `elicitation`. */
  decidedThrough: string | null
  reason: string | null
  spentMs: number | null
  /** Rounds of the call that were sent. */
  round: number
  /** Grows with every change of any approval. */
  revision: number
}

/** The part of an approval that is there from its first moment. */
export type NewApproval = Omit<
  StoredApproval,
  'verdict' | 'decidedMs' | 'decidedBy' | 'decidedThrough' | 'reason' | 'spentMs' | 'round' | 'revision'
>

/** A verdict, and whose it is. */
export interface StoredVerdict {
  verdict: Verdict
  by: string
  through: string
  reason: string | null
  nowMs: number
  /** When the approval, or the refusal, ends. */
  expiresMs: number
}

/** The table of approvals. */
export interface ApprovalTable {
  insert(approval: NewApproval): void
  get(id: string): StoredApproval | undefined
  /** The newest of the call that is not used up and has not ended at `nowMs`. */
  live(key: ApprovalKey, nowMs: number): StoredApproval | undefined
  /** How many of the agent wait at `nowMs`. */
  waiting(agent: string, nowMs: number): number
  /** Those that wait or are approved and unused at `nowMs`, or all; newest first, at most `limit`. */
  list(on: { nowMs: number; isAll: boolean; limit: number }): StoredApproval[]
  /** Says whether it waited still. */
  decide(id: string, verdict: StoredVerdict): boolean
  /** Uses up an approval; on the disk when it returns. Says whether it could be used. */
  spend(id: string, nowMs: number): boolean
  /** Counts one more round of a call that was sent; on the disk when it returns. Says whether `round` is the one to go on from. */
  nextRound(id: string, round: number): boolean
  /** Removes those that were asked for before `requestedBeforeMs`, and of the others that ended by `nowMs` the oldest beyond `maxRows`. */
  prune(on: { requestedBeforeMs: number; nowMs: number; maxRows: number }): void
  /** Changes with every change. */
  revision(): string
}

const COLUMNS = `id, caller, agent, user, tool, upstream, definition_hash AS definitionHash,
  arguments_digest AS argumentsDigest, arguments_shown AS argumentsShown, rule, approvers,
  requested_ms AS requestedMs, expires_ms AS expiresMs, verdict, decided_ms AS decidedMs, decided_by AS decidedBy,
  decided_through AS decidedThrough, reason, spent_ms AS spentMs, round, revision`
const NEXT_REVISION = '(SELECT coalesce(max(revision), 0) + 1 FROM approvals)'
const INSERT = `INSERT INTO approvals (id, caller, agent, user, tool, upstream, definition_hash, arguments_digest,
  arguments_shown, rule, approvers, requested_ms, expires_ms, revision)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ${NEXT_REVISION})`
const LIVE = `SELECT ${COLUMNS} FROM approvals
  WHERE caller = ? AND tool = ? AND arguments_digest = ? AND definition_hash = ? AND rule = ? AND approvers = ?
    AND spent_ms IS NULL AND expires_ms > ? ORDER BY requested_ms DESC, revision DESC LIMIT 1`
const LIST = `SELECT ${COLUMNS} FROM approvals
  WHERE ? OR (spent_ms IS NULL AND verdict IS NOT 'rejected' AND expires_ms > ?)
  ORDER BY requested_ms DESC, id LIMIT ?`
const DECIDE = `UPDATE approvals SET verdict = ?, decided_ms = ?, decided_by = ?, decided_through = ?, reason = ?,
  expires_ms = ?, revision = ${NEXT_REVISION} WHERE id = ? AND verdict IS NULL AND expires_ms > ?`
const SPEND = `UPDATE approvals SET spent_ms = ?, round = 1, revision = ${NEXT_REVISION}
  WHERE id = ? AND verdict = 'approved' AND spent_ms IS NULL AND expires_ms > ?`
const NEXT_ROUND = `UPDATE approvals SET round = round + 1, revision = ${NEXT_REVISION}
  WHERE id = ? AND spent_ms IS NOT NULL AND round = ?`

/** Makes the table over an open database. */
export function createApprovalTable(db: DatabaseSync): ApprovalTable {
  const insert = db.prepare(INSERT)
  const get = db.prepare(`SELECT ${COLUMNS} FROM approvals WHERE id = ?`)
  const live = db.prepare(LIVE)
  const waiting = db.prepare(
    'SELECT count(*) AS count FROM approvals WHERE agent = ? AND verdict IS NULL AND expires_ms > ?',
  )
  const list = db.prepare(LIST)
  const decide = db.prepare(DECIDE)
  const spend = db.prepare(SPEND)
  const nextRound = db.prepare(NEXT_ROUND)
  const pruneOld = db.prepare('DELETE FROM approvals WHERE requested_ms < ?')
  const pruneMany = db.prepare(
    `DELETE FROM approvals WHERE id IN (
       SELECT id FROM approvals WHERE expires_ms <= ? ORDER BY requested_ms DESC LIMIT -1 OFFSET ?)`,
  )
  const revision = db.prepare('SELECT coalesce(max(revision), 0) AS revision, count(*) AS count FROM approvals')
  return {
    insert: (of) =>
      void insert.run(
        ...[of.id, of.caller, of.agent, of.user, of.tool, of.upstream, of.definitionHash, of.argumentsDigest],
        ...[of.argumentsShown, of.rule, of.approvers, of.requestedMs, of.expiresMs],
      ),
    get: (id) => get.get(id) as unknown as StoredApproval | undefined,
    live: ({ caller, tool, argumentsDigest, definitionHash, rule, approvers }, nowMs) =>
      live.get(caller, tool, argumentsDigest, definitionHash, rule, approvers, nowMs) as unknown as
        | StoredApproval
        | undefined,
    waiting: (agent, nowMs) => Number(waiting.get(agent, nowMs)?.count),
    list: ({ nowMs, isAll, limit }) => list.all(isAll ? 1 : 0, nowMs, limit) as unknown as StoredApproval[],
    decide: (id, { verdict, by, through, reason, nowMs, expiresMs }) =>
      decide.run(verdict, nowMs, by, through, reason, expiresMs, id, nowMs).changes > 0,
    spend: (id, nowMs) => inDurableTransaction(db, () => spend.run(nowMs, id, nowMs).changes > 0),
    nextRound: (id, round) => inDurableTransaction(db, () => nextRound.run(id, round).changes > 0),
    prune({ requestedBeforeMs, nowMs, maxRows }) {
      pruneOld.run(requestedBeforeMs)
      pruneMany.run(nowMs, maxRows)
    },
    revision() {
      const found = revision.get()
      return `${found?.revision}/${found?.count}`
    },
  }
}
