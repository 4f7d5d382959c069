/** What makes one store another than every other, those with the same secret included: a random value that is made once. */
import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'

/** The store's value, made on first use: 32 hex digits. */
export function readInstallation(db: DatabaseSync): string {
  const read = db.prepare("SELECT value FROM settings WHERE name = 'installation'")
  if (!read.get())
    db.prepare("INSERT OR IGNORE INTO settings (name, value) VALUES ('installation', ?)").run(
      randomBytes(16).toString('hex'),
    )
  return String(read.get()?.value)
}
