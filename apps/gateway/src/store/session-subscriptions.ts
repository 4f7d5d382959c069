/** What legacy sessions have subscribed to; the rows of a session go with it. */
import type { DatabaseSync } from 'node:sqlite'

/** The table of subscriptions. */
export interface SessionSubscriptionTable {
  /** URIs of a session, with the upstream that owns each. */
  of(session: number): Map<string, string>
  /** Adds a URI, or gives one that is there another owner; does nothing for a session that has ended. */
  add(session: number, uri: string, upstream: string): void
  remove(session: number, uri: string): void
}

/** Makes the table over an open database. */
export function createSessionSubscriptionTable(db: DatabaseSync): SessionSubscriptionTable {
  const of = db.prepare('SELECT uri, upstream FROM session_subscriptions WHERE session = ? ORDER BY uri')
  const add = db.prepare(
    `INSERT INTO session_subscriptions (session, uri, upstream)
     SELECT number, ?, ? FROM sessions WHERE number = ?
     ON CONFLICT (session, uri) DO UPDATE SET upstream = excluded.upstream`,
  )
  const remove = db.prepare('DELETE FROM session_subscriptions WHERE session = ? AND uri = ?')
  return {
    of: (session) => new Map(of.all(session).map(({ uri, upstream }) => [String(uri), String(upstream)])),
    add: (session, uri, upstream) => void add.run(uri, upstream, session),
    remove: (session, uri) => void remove.run(session, uri),
  }
}
