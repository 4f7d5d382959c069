/** The life of legacy sessions and what grows during it: all that `initialize` settled is sealed in a session's id. */
import type { DatabaseSync } from 'node:sqlite'

/** What is kept of a session. */
export interface SessionRow {
  /** When the session was last used, as far as it was written back. */
  usedMs: number
  /** The log severity that its client asked for. */
  logLevel: string | undefined
}

/** The table of sessions: a session without a row has ended, and its subscriptions with it. */
export interface SessionTable {
  /**
   * Starts a session of the agent and returns its number, which is never given out again.
   * @param heard what its client knows of the lists
   */
  begin(agent: string, nowMs: number, heard?: string): number
  /** Ends the sessions of the agent but for the `count` that were used last. */
  keepNewest(agent: string, count: number): void
  get(number: number): SessionRow | undefined
  touch(number: number, nowMs: number): void
  setLogLevel(number: number, level: string): void
  /** What its client was last told of the lists. */
  heard(number: number): string | undefined
  hear(number: number, heard: string): void
  end(number: number): void
  /** Ends all sessions that were last used before `usedBeforeMs`. */
  sweep(usedBeforeMs: number): void
}

/** Makes the table over an open database. */
export function createSessionTable(db: DatabaseSync): SessionTable {
  const begin = db.prepare('INSERT INTO sessions (agent, used_ms, heard) VALUES (?, ?, ?)')
  const keepNewest = db.prepare(
    `DELETE FROM sessions WHERE number IN (
       SELECT number FROM sessions WHERE agent = ? ORDER BY used_ms DESC, number DESC LIMIT -1 OFFSET ?)`,
  )
  const get = db.prepare('SELECT used_ms, log_level FROM sessions WHERE number = ?')
  const touch = db.prepare('UPDATE sessions SET used_ms = ? WHERE number = ?')
  const setLogLevel = db.prepare('UPDATE sessions SET log_level = ? WHERE number = ?')
  const heard = db.prepare('SELECT heard FROM sessions WHERE number = ?')
  const hear = db.prepare('UPDATE sessions SET heard = ? WHERE number = ?')
  const end = db.prepare('DELETE FROM sessions WHERE number = ?')
  const sweep = db.prepare('DELETE FROM sessions WHERE used_ms < ?')
  return {
    begin: (agent, nowMs, text) => Number(begin.run(agent, nowMs, text ?? null).lastInsertRowid),
    keepNewest: (agent, count) => void keepNewest.run(agent, count),
    get(number) {
      const row = get.get(number)
      return row && { usedMs: Number(row.used_ms), logLevel: (row.log_level as string | null) ?? undefined }
    },
    touch: (number, nowMs) => void touch.run(nowMs, number),
    setLogLevel: (number, level) => void setLogLevel.run(level, number),
    heard: (number) => (heard.get(number)?.heard as string | null | undefined) ?? undefined,
    hear: (number, text) => void hear.run(text, number),
    end: (number) => void end.run(number),
    sweep: (usedBeforeMs) => void sweep.run(usedBeforeMs),
  }
}
