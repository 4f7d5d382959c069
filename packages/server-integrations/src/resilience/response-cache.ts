/** Answers of one connection that the API gave a validator for: asked again, it says in few bytes whether they still hold. */
import type { VendorReply } from '../http/vendor-dialect.ts'

const MAX_ENTRIES = 200

export interface ResponseCache {
  /** The validator to send as `If-None-Match`, if there is an answer to fall back on. */
  etagOf(target: string): string | undefined
  /** The answer to use: the kept one after a 304, else the given one, which is kept when it has a validator. */
  settle(target: string, reply: VendorReply): VendorReply
}

/** Makes the cache of one connection; what is never revalidated never leaves it. */
export function createResponseCache(): ResponseCache {
  const kept = new Map<string, { etag: string; reply: VendorReply }>()
  return {
    etagOf: (target) => kept.get(target)?.etag,
    settle(target, reply) {
      const known = kept.get(target)
      kept.delete(target)
      const etag = reply.headers.etag
      const entry =
        reply.status === 304 ? known : reply.status === 200 && typeof etag === 'string' ? { etag, reply } : undefined
      if (!entry) return reply
      if (kept.size >= MAX_ENTRIES) kept.delete(kept.keys().next().value as string)
      kept.set(target, entry)
      return entry.reply
    },
  }
}
