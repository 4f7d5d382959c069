/** Agents that were made through the command line or the API; those of the file are not here. */
import type { DatabaseSync } from 'node:sqlite'

/** An agent and the roles it carries. */
export interface StoredAgent {
  name: string
  roles: string[]
  createdMs: number
}

/** The table of agents. */
export interface AgentTable {
  /** @throws when the name is taken */
  insert(agent: StoredAgent): void
  get(name: string): StoredAgent | undefined
  /** Gives an agent other roles. */
  setRoles(name: string, roles: readonly string[]): void
  /** Forgets an agent; its keys are another table's. */
  remove(name: string): void
  /** All agents by name. */
  list(): StoredAgent[]
}

/** @param changed called after each write */
export function createAgentTable(db: DatabaseSync, changed: () => void): AgentTable {
  const insert = db.prepare('INSERT INTO agents (name, roles, created_ms) VALUES (?, ?, ?)')
  const get = db.prepare('SELECT * FROM agents WHERE name = ?')
  const setRoles = db.prepare('UPDATE agents SET roles = ? WHERE name = ?')
  const remove = db.prepare('DELETE FROM agents WHERE name = ?')
  const list = db.prepare('SELECT * FROM agents ORDER BY name')
  return {
    insert(agent) {
      insert.run(agent.name, JSON.stringify(agent.roles), agent.createdMs)
      changed()
    },
    get(name) {
      const row = get.get(name)
      return row && toAgent(row)
    },
    setRoles(name, roles) {
      setRoles.run(JSON.stringify(roles), name)
      changed()
    },
    remove(name) {
      remove.run(name)
      changed()
    },
    list: () => list.all().map(toAgent),
  }
}

function toAgent(row: Record<string, unknown>): StoredAgent {
  return { name: String(row.name), roles: JSON.parse(String(row.roles)), createdMs: Number(row.created_ms) }
}
