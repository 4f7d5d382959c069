/** The sockets to one origin and the guard before them, opened by the first request. */
import type { LookupFunction } from 'node:net'
import type { Pool } from 'undici'
import { type Guard, openGuard } from '../resilience/open-guard.ts'
import type { RequestBounds } from '../resilience/request-bounds.ts'

/** Loading undici takes longer than all the rest of starting, so it waits for the first request. */
export function openPoolOnDemand(origin: string, bounds: RequestBounds, lookup?: LookupFunction) {
  let opening: Promise<{ pool: Pool; guard: Guard }> | undefined
  let opened: { guard: Guard } | undefined
  const open = async () => {
    const [{ Pool }, guard] = await Promise.all([import('undici'), openGuard(bounds)])
    const connect = { timeout: bounds.connectTimeoutMs, ...(lookup ? { lookup } : {}) }
    opened = { guard }
    return { pool: new Pool(origin, { connections: bounds.maxConcurrent, connect, allowH2: false }), guard }
  }
  return {
    get() {
      opening ??= open()
      return opening
    },
    /** The guard, if anything was sent yet. */
    guard: () => opened?.guard,
    async close() {
      await (await opening)?.pool.destroy()
    },
  }
}
