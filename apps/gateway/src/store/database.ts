/** Opens the SQLite file of the store so that the gateway and command lines can use it at the same time. */
import { closeSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

/** How long one process waits for another's write. */
const BUSY_TIMEOUT_MS = 5_000
const WAL_ATTEMPTS = 100
const WAL_PAUSE_MS = 20

/** Opens the file, creating it readable by its owner alone; SQLite gives its `-wal` and `-shm` the same mode. */
export function openDatabase(file: string): DatabaseSync {
  closeSync(openSync(file, 'a', 0o600))
  const db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS })
  try {
    enterWalMode(db)
    db.exec('PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF')
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** Runs `work` as one write transaction; joins the one that is already open, if any. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  if (db.isTransaction) return work()
  // IMMEDIATE: a transaction that starts by reading cannot wait for the write lock later.
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

/** The same, and what was written is on the disk when this returns: a power cut cannot take it back. Not inside of another transaction. */
export function inDurableTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('PRAGMA synchronous = FULL')
  try {
    return inTransaction(db, work)
  } finally {
    db.exec('PRAGMA synchronous = NORMAL')
  }
}

// The busy timeout does not cover the change of journal mode, so two first starts could collide here.
function enterWalMode(db: DatabaseSync): void {
  for (let attempt = 1; ; attempt++) {
    try {
      db.exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      if (attempt === WAL_ATTEMPTS || !/locked|busy/i.test(String(error))) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAL_PAUSE_MS)
    }
  }
}
