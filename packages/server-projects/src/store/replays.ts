/** Answers of writes that may be repeated, kept for as long as a repeated call gets them. */
import type { ToolAnswer } from '@causeway/shared-contracts/define-tool'
import { type KeyedWrite, REPLAY_MS, requireSameWrite } from '@causeway/shared-contracts/idempotency-codec'
import type { Database } from './database.ts'

/**
 * The answer that this write got before.
 * @throws ToolError `idempotency_conflict` when its key was used with other arguments
 */
export function readReplay<Data>(db: Database, write: KeyedWrite, now: Date): ToolAnswer<Data> | undefined {
  const { owner: caller, tool, key } = write
  const stored = db.get<{ answer: string; arguments_digest: string }>(
    `SELECT answer, arguments_digest FROM replays
     WHERE caller = :caller AND tool = :tool AND idempotency_key = :key AND created_at > :since`,
    { caller, tool, key, since: oldest(now) },
  )
  if (!stored) return undefined
  requireSameWrite(write, stored.arguments_digest)
  return JSON.parse(stored.answer) as ToolAnswer<Data>
}

/** Keeps an answer, and forgets those that are too old; call it in the transaction of the write. */
export function storeReplay(
  db: Database,
  { owner: caller, tool, key, digest }: KeyedWrite,
  { answer: { text, data }, now }: { answer: ToolAnswer<unknown>; now: Date },
): void {
  db.run('DELETE FROM replays WHERE created_at <= :before', { before: oldest(now) })
  db.run(
    `INSERT INTO replays (caller, tool, idempotency_key, arguments_digest, answer, created_at)
     VALUES (:caller, :tool, :key, :digest, :answer, :at)`,
    { caller, tool, key, digest, answer: JSON.stringify({ text, data }), at: now.toISOString() },
  )
}

function oldest(now: Date): string {
  return new Date(now.getTime() - REPLAY_MS).toISOString()
}
