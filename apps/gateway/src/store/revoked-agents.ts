/** Agents that were taken out of service: no credential of theirs counts, whoever issued it. */
import type { DatabaseSync } from 'node:sqlite'

/** One agent that may not call. */
export interface RevokedAgent {
  agent: string
  revokedMs: number
}

/** The table of revoked agents. */
export interface RevokedAgentTable {
  /** Says whether it was in service until now. */
  revoke(agent: string, nowMs: number): boolean
  /** Says whether it was out of service until now. */
  restore(agent: string): boolean
  has(agent: string): boolean
  /** All of them by name. */
  list(): RevokedAgent[]
}

/** @param changed called after each write */
export function createRevokedAgentTable(db: DatabaseSync, changed: () => void): RevokedAgentTable {
  const insert = db.prepare('INSERT OR IGNORE INTO revoked_agents (agent, revoked_ms) VALUES (?, ?)')
  const remove = db.prepare('DELETE FROM revoked_agents WHERE agent = ?')
  const get = db.prepare('SELECT 1 FROM revoked_agents WHERE agent = ?')
  const list = db.prepare('SELECT * FROM revoked_agents ORDER BY agent')
  const told = ({ changes }: { changes: number | bigint }): boolean => {
    changed()
    return changes > 0
  }
  return {
    revoke: (agent, nowMs) => told(insert.run(agent, nowMs)),
    restore: (agent) => told(remove.run(agent)),
    has: (agent) => get.get(agent) !== undefined,
    list: () => list.all().map((row) => ({ agent: String(row.agent), revokedMs: Number(row.revoked_ms) })),
  }
}
