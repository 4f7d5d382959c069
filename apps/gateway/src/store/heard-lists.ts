/** What clients without a session were last told of the lists, by agent and route: there are never more rows than agents times routes. */
import type { DatabaseSync } from 'node:sqlite'

/** The table of what was heard. */
export interface HeardListTable {
  get(agent: string, route: string): string | undefined
  put(agent: string, route: string, heard: string): void
}

/** Makes the table over an open database. */
export function createHeardListTable(db: DatabaseSync): HeardListTable {
  const get = db.prepare('SELECT heard FROM heard_lists WHERE agent = ? AND route = ?')
  const put = db.prepare(
    `INSERT INTO heard_lists (agent, route, heard) VALUES (?, ?, ?)
     ON CONFLICT (agent, route) DO UPDATE SET heard = excluded.heard`,
  )
  return {
    get: (agent, route) => get.get(agent, route)?.heard as string | undefined,
    put: (agent, route, heard) => void put.run(agent, route, heard),
  }
}
