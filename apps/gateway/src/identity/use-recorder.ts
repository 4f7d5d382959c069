/** Writes back when keys were last used: off the request path, and at most once a minute per key. */
import type { StoredKey } from '../store/api-keys.ts'
import type { Store } from '../store/open-store.ts'

const INTERVAL_MS = 60_000
const FLUSH_DELAY_MS = 1_000

/** Collects uses of keys. */
export interface UseRecorder {
  /** Notes the use on `key` itself too, which is what spaces the writes. */
  record(key: StoredKey, nowMs: number): void
  /** Writes what is pending, best effort. */
  close(): void
}

/** A recorder that writes its collection in one transaction. */
export function createUseRecorder(store: Store): UseRecorder {
  const pending = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined
  const flush = () => {
    timer = undefined
    try {
      store.transaction(() => store.apiKeys.touch(pending))
    } catch {
      // Nothing is decided by this time, so a busy or full disk must not fail anything; a later use tries again.
    }
    pending.clear()
  }
  return {
    record(key, nowMs) {
      if (key.lastUsedMs !== null && nowMs - key.lastUsedMs < INTERVAL_MS) return
      key.lastUsedMs = nowMs
      pending.set(key.keyId, nowMs)
      timer ??= setTimeout(flush, FLUSH_DELAY_MS).unref()
    },
    close() {
      clearTimeout(timer)
      if (pending.size > 0) flush()
    },
  }
}
