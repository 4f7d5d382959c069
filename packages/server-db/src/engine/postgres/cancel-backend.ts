/** Stops what a connection is doing, from a connection of its own: a busy one does not listen. */
import { setTimeout as sleep } from 'node:timers/promises'
import { connectDb } from './db-client.ts'

const AGAIN_MS = 100

/**
 * Asks until it has stopped: Postgres forgets a request that comes while the backend waits for its next statement, and that may be on its way.
 * @param pid the backend's process id
 */
export async function cancelBackend(url: string, pid: string, hasStopped: () => boolean): Promise<void> {
  const client = await connectDb(url)
  try {
    while (!hasStopped()) {
      await client.rows('SELECT pg_catalog.pg_cancel_backend($1)', [pid])
      await sleep(AGAIN_MS)
    }
  } finally {
    await client.end()
  }
}
