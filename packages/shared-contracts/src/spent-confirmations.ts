/** Spent confirmations in an SQLite file of their own, for a domain server whose deeds happen elsewhere. */
import { DatabaseSync } from 'node:sqlite'
import type { SpentConfirmations } from './confirmation-codec.ts'

/** Opens the file; what has expired is forgotten. */
export function openSpentConfirmations(file: string): SpentConfirmations & { close(): void } {
  const db = new DatabaseSync(file, { timeout: 5_000 })
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS spent_confirmations (
      id TEXT PRIMARY KEY, expires_at_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;`)
  const find = db.prepare('SELECT 1 FROM spent_confirmations WHERE id = ?')
  const forget = db.prepare('DELETE FROM spent_confirmations WHERE expires_at_ms <= ?')
  const insert = db.prepare('INSERT INTO spent_confirmations (id, expires_at_ms) VALUES (?, ?)')
  return {
    isSpent: (id) => find.get(id) !== undefined,
    spend(id, expiresAtMs) {
      // The expired cannot be used again, spent or not.
      forget.run(Date.now())
      insert.run(id, expiresAtMs)
    },
    close: () => db.close(),
  }
}
