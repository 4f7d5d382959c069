/** The life of legacy sessions: all else about a session is sealed in its id. */
import type { DatabaseSync } from 'node:sqlite'

/** The table of sessions: a session without a row has ended. */
export interface SessionTable {
  /** Starts a session and returns its number, which is never given out again. */
  begin(nowMs: number): number
  /** When the session was last used, as far as it was written back. */
  usedAt(number: number): number | undefined
  touch(number: number, nowMs: number): void
  end(number: number): void
  /** Ends all sessions that were last used before `usedBeforeMs`. */
  sweep(usedBeforeMs: number): void
}

/** Makes the table over an open database. */
export function createSessionTable(db: DatabaseSync): SessionTable {
  const begin = db.prepare('INSERT INTO sessions (used_ms) VALUES (?)')
  const usedAt = db.prepare('SELECT used_ms FROM sessions WHERE number = ?')
  const touch = db.prepare('UPDATE sessions SET used_ms = ? WHERE number = ?')
  const end = db.prepare('DELETE FROM sessions WHERE number = ?')
  const sweep = db.prepare('DELETE FROM sessions WHERE used_ms < ?')
  return {
    begin: (nowMs) => Number(begin.run(nowMs).lastInsertRowid),
    usedAt: (number) => usedAt.get(number)?.used_ms as number | undefined,
    touch: (number, nowMs) => void touch.run(nowMs, number),
    end: (number) => void end.run(number),
    sweep: (usedBeforeMs) => void sweep.run(usedBeforeMs),
  }
}
