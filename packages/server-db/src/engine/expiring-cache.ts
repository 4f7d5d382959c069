/** Keeps what takes a question to the database for a while; a failure is not kept. */

/** Values by key. */
export interface ExpiringCache<Value> {
  /** The value kept, or the one that `read` gives; who asks meanwhile waits for the same answer. */
  get(key: string, read: () => Promise<Value>): Promise<Value>
}

/** @param maxEntries the oldest goes when there are more */
export function createExpiringCache<Value>(ttlMs: number, maxEntries: number): ExpiringCache<Value> {
  const known = new Map<string, { value: Promise<Value>; untilMs: number }>()
  return {
    get(key, read) {
      const kept = known.get(key)
      if (kept && kept.untilMs > Date.now()) return kept.value
      const value = read()
      const entry = { value, untilMs: Date.now() + ttlMs }
      known.delete(key)
      if (known.size >= maxEntries) known.delete(known.keys().next().value as string)
      known.set(key, entry)
      value.catch(() => {
        if (known.get(key) === entry) known.delete(key)
      })
      return value
    },
  }
}
