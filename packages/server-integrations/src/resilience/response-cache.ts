/** Answers of one connection that the API gave a validator for: asked again, it says in few bytes whether they still hold. */
import type { Exchange } from '../http/exchange.ts'
import type { VendorReply } from '../http/vendor-dialect.ts'

const MAX_ENTRIES = 200
const MAX_CHARS = 8_000_000
const MAX_CHARS_EACH = 500_000
/** Headers that change with every request and never the answer. */
const VARYING = ['x-request-id', 'traceparent', 'authorization']

/** An answer with its validator. */
export interface KeptReply {
  etag: string
  reply: VendorReply
}

export interface ResponseCache {
  /** The answer to fall back on, whose validator is to be sent as `If-None-Match`; take it before sending. */
  find(key: string): KeptReply | undefined
  /** The answer to use: the one found before after a 304, else the given one, which is kept when it has a validator. */
  settle(key: string, reply: VendorReply, found: KeptReply | undefined): VendorReply
}

/** What tells one request from another: its target, and the headers that may choose another answer. */
export function cacheKey({ path, headers }: Pick<Exchange, 'path' | 'headers'>): string {
  return JSON.stringify([path, Object.entries(headers).filter(([name]) => !VARYING.includes(name))])
}

/** Makes the cache of one connection; what is never revalidated never leaves it. */
export function createResponseCache(): ResponseCache {
  const kept = new Map<string, KeptReply>()
  let chars = 0
  const drop = (key: string) => {
    chars -= kept.get(key)?.reply.chars ?? 0
    kept.delete(key)
  }
  return {
    find: (key) => kept.get(key),
    settle(key, reply, found) {
      drop(key)
      const etag = reply.headers.etag
      const isNew = reply.status === 200 && typeof etag === 'string' && reply.chars <= MAX_CHARS_EACH
      const entry = reply.status === 304 ? found : isNew ? { etag, reply } : undefined
      if (!entry) return reply
      kept.set(key, entry)
      chars += entry.reply.chars
      while (kept.size > MAX_ENTRIES || chars > MAX_CHARS) drop(kept.keys().next().value as string)
      return entry.reply
    },
  }
}
