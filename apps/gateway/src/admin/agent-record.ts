/** Agents and their keys as the admin API tells of them, and the checks that every write about them needs. */
import { z } from 'zod'
import { agentGlob, agentName, role } from '../config/policy-schema.ts'
import { GatewayError } from '../errors.ts'
import { isManagedByFile, keyStateOf, listAgents } from '../identity/agent-directory.ts'
import type { StoredKey } from '../store/api-keys.ts'
import { entityTag } from './entity-tag.ts'
import type { AdminParts } from './route.ts'

/** An agent. */
export const agentRecord = z
  .strictObject({
    name: z.string().describe('A name; of the file also a glob of names.'),
    source: z
      .enum(['file', 'store', 'none'])
      .describe('What is of the file is read-only here; none is known by its keys alone.'),
    roles: z.array(z.string()),
    isRevoked: z.boolean().describe('Whether it was taken out of service.'),
  })
  .meta({ id: 'Agent' })

/** A key, without what it is. */
export const keyRecord = z
  .strictObject({
    id: z.string(),
    state: z.enum(['active', 'expired', 'revoked']),
    origin: z.enum(['cli', 'start', 'api', 'impersonation']),
    madeBy: z.string().nullable(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    revokedAt: z.iso.datetime().nullable(),
    lastUsedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Key' })

/** Names an agent in a path. */
export const ofAgent = z.strictObject({ name: agentGlob })

/** Roles of an agent. */
export const roles = z.array(role).max(64)

/** What a new agent may be called. */
export { agentName }

/** An agent as it is told. */
export type AgentRecord = z.output<typeof agentRecord>

const iso = (timeMs: number | null) => (timeMs === null ? null : new Date(timeMs).toISOString())

/** A key as it is told. */
export function keyAnswer(key: StoredKey): z.output<typeof keyRecord> {
  return {
    id: key.keyId,
    state: keyStateOf(key, Date.now()),
    origin: key.origin,
    madeBy: key.madeBy,
    createdAt: new Date(key.createdMs).toISOString(),
    expiresAt: new Date(key.expiresMs).toISOString(),
    revokedAt: iso(key.revokedMs),
    lastUsedAt: iso(key.lastUsedMs),
  }
}

/** All agents with their keys. */
export function agentsWithKeys({
  gateway,
  store,
}: AdminParts): (AgentRecord & { keys: z.output<typeof keyRecord>[] })[] {
  return listAgents(gateway.live.config, store).map(({ agent, source, roles, isRevoked, keys }) => ({
    ...{ name: agent, source, roles: [...roles], isRevoked },
    keys: keys.map(keyAnswer),
  }))
}

/**
 * The agent of that name; one that a glob of the file is about counts as the file's.
 * @throws GatewayError item_unknown
 */
export function findAgent(name: string, { gateway, store }: AdminParts): AgentRecord {
  const { config, policy } = gateway.live
  const listed = listAgents(config, store).find(({ agent }) => agent === name)
  const isRevoked = store.revokedAgents.has(name)
  if (listed) return { name, source: listed.source, roles: [...listed.roles], isRevoked }
  if (!name.includes('*') && (isManagedByFile(config, name) || config.auth.anonymous === name))
    return { name, source: 'file', roles: [...policy.rolesOf(name)], isRevoked }
  throw new GatewayError('item_unknown', `Cannot find agent "${name}": neither the file nor the store has it`)
}

/**
 * The agent, if it is the store's to change.
 * @throws GatewayError item_unknown | managed_by_file
 */
export function findOwnAgent(name: string, parts: AdminParts): AgentRecord {
  const found = findAgent(name, parts)
  if (found.source === 'store') return found
  if (found.source === 'file')
    throw new GatewayError('managed_by_file', `Cannot change agent "${name}": the configuration has it`)
  throw new GatewayError('item_unknown', `Cannot change agent "${name}": only its keys are known`)
}

/** The ETag of an agent. */
export function agentTag(agent: AgentRecord): string {
  return entityTag([agent.name, agent.source, agent.roles, agent.isRevoked])
}
