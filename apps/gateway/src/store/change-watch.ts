/** Notices what other processes, and this one, wrote to the store, so that what is kept in memory can follow. */
import type { DatabaseSync } from 'node:sqlite'

const POLL_MS = 500

/** Tells listeners about changes of the store. */
export interface ChangeWatch {
  /** Calls `listener` after every change, at most 500 ms late for another process's; returns how to stop. */
  onChange(listener: () => void): () => void
  /** Looks for another process's change now instead of at the next poll. */
  check(): void
  /** Reports a change of this process; inside a transaction it is told after {@link settle}. */
  mark(): void
  /** Tells what {@link mark} held back; call it after a commit. */
  settle(): void
  close(): void
}

/** Watches one connection's database; polls only while somebody listens. */
export function createChangeWatch(db: DatabaseSync): ChangeWatch {
  const listeners = new Set<() => void>()
  const readVersion = db.prepare('PRAGMA data_version')
  const versionNow = () => readVersion.get()?.data_version
  let seen = versionNow()
  let held = false
  let timer: NodeJS.Timeout | undefined
  const notify = () => {
    for (const listener of listeners) listener()
  }
  const check = () => {
    try {
      const version = versionNow()
      if (version === seen) return
      notify()
      seen = version
    } catch {
      // Memory keeps the last good state, and `seen` the old version: the next poll tries again.
    }
  }
  return {
    onChange(listener) {
      listeners.add(listener)
      timer ??= setInterval(check, POLL_MS).unref()
      return () => void listeners.delete(listener)
    },
    check,
    mark() {
      if (db.isTransaction) held = true
      else notify()
    },
    settle() {
      if (!held) return
      held = false
      notify()
    },
    close() {
      clearInterval(timer)
      listeners.clear()
    },
  }
}
