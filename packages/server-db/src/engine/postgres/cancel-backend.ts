/** Stops what a connection is doing, from a connection of its own: a busy one does not listen. */
import { connectDb } from './db-client.ts'

/** @param pid the backend's process id */
export async function cancelBackend(url: string, pid: string): Promise<void> {
  const client = await connectDb(url)
  try {
    await client.rows('SELECT pg_catalog.pg_cancel_backend($1)', [pid])
  } finally {
    await client.end()
  }
}
