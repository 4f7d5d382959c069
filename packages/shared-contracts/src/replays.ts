/** Writes that happen once a key, remembered in the SQLite database, and the transaction, of what they write. */
import type { DatabaseSync } from 'node:sqlite'
import type { ToolAnswer } from './define-tool.ts'
import { type KeyedWrite, REPLAY_MS, replayed, requireSameWrite } from './idempotency-codec.ts'

/** What a repeated write answers too. */
type Once<Data> = ToolAnswer<Data & { replayed?: boolean }>

export interface Replays {
  /**
   * Runs `work` in one transaction, or gives the stored answer of the same write.
   * @param write none when the call has no key
   * @throws {ToolError} `idempotency_conflict` when the key was used with other arguments; whatever `work` throws undoes it
   */
  once<Data extends object>(write: KeyedWrite | undefined, work: () => ToolAnswer<Data>): Once<Data>
}

/** Prepares the database's table of replays. */
export function openReplays(db: DatabaseSync): Replays {
  db.exec(`CREATE TABLE IF NOT EXISTS replays (
    owner TEXT NOT NULL, tool TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, answer TEXT NOT NULL,
    at_ms INTEGER NOT NULL, PRIMARY KEY (owner, tool, key)
  ) STRICT, WITHOUT ROWID`)
  const find = db.prepare('SELECT digest, answer FROM replays WHERE owner = ? AND tool = ? AND key = ? AND at_ms > ?')
  const forget = db.prepare('DELETE FROM replays WHERE at_ms <= ?')
  const keep = db.prepare('INSERT INTO replays VALUES (?, ?, ?, ?, ?, ?)')
  const onceKeyed = <Data extends object>(write: KeyedWrite, work: () => ToolAnswer<Data>): Once<Data> => {
    const { owner, tool, key, digest } = write
    const since = Date.now() - REPLAY_MS
    const stored = find.get(owner, tool, key, since) as { digest: string; answer: string } | undefined
    if (stored) {
      requireSameWrite(write, stored.digest)
      return replayed(JSON.parse(stored.answer) as ToolAnswer<Data>)
    }
    const answer = work()
    forget.run(since)
    keep.run(owner, tool, key, digest, JSON.stringify(answer), Date.now())
    return answer
  }
  return {
    once(write, work) {
      db.exec('BEGIN IMMEDIATE')
      try {
        const answer = write ? onceKeyed(write, work) : work()
        db.exec('COMMIT')
        return answer
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK')
        throw error
      }
    },
  }
}
