/** `causeway agents ls` and `causeway ls agents`: who may connect, in which roles, with which keys. */

import { keyStateOf, type ListedAgent, listAgents } from '../identity/agent-directory.ts'
import type { StoredKey } from '../store/api-keys.ts'
import { formatTable, formatTime } from './table.ts'
import type { Workspace } from './workspace.ts'

/** Prints all agents. */
export function agentsLs({ config, existingStore, printer }: Workspace): void {
  const nowMs = Date.now()
  const agents = listAgents(config, existingStore())
  const data = agents.map((agent) => ({ ...agent, keys: agent.keys.map((key) => keyData(key, nowMs)) }))
  printer.answer(data, () => formatAgents(agents, nowMs))
}

function formatAgents(agents: readonly ListedAgent[], nowMs: number): string {
  const rows = agents.flatMap(({ agent, source, roles, isRevoked, keys }) => {
    const about = [agent, roles.join(' ') || '-', isRevoked ? 'revoked' : source]
    const active = keys.filter((key) => keyStateOf(key, nowMs) === 'active')
    if (active.length === 0) return [[...about, '-', '-', '-']]
    return active.map((key) => [...about, key.keyId, formatTime(key.expiresMs), formatTime(key.lastUsedMs)])
  })
  return formatTable(['AGENT', 'ROLES', 'SOURCE', 'KEY', 'EXPIRES (UTC)', 'LAST USED'], rows)
}

function keyData(key: StoredKey, nowMs: number): Record<string, unknown> {
  const iso = (timeMs: number | null) => (timeMs === null ? null : new Date(timeMs).toISOString())
  return {
    keyId: key.keyId,
    state: keyStateOf(key, nowMs),
    origin: key.origin,
    created: iso(key.createdMs),
    expires: iso(key.expiresMs),
    revoked: iso(key.revokedMs),
    lastUsed: iso(key.lastUsedMs),
  }
}
