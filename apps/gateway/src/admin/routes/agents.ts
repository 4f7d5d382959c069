/** Routes about agents: those of the file to look at, those of the store to make, change and remove. */
import { z } from 'zod'
import { GatewayError } from '../../errors.ts'
import { isManagedByFile } from '../../identity/agent-directory.ts'
import { CannotRevoke, restoreAgent, revokeAgent } from '../../identity/revocation.ts'
import {
  agentName,
  agentRecord,
  agentsWithKeys,
  agentTag,
  findAgent,
  findOwnAgent,
  keyRecord,
  ofAgent,
  roles,
} from '../agent-record.ts'
import { requireMatch } from '../entity-tag.ts'
import { pageOf, pageQuery, paginate } from '../page.ts'
import { type AdminParts, defineRoute } from '../route.ts'

const serviceAnswer = z
  .strictObject({ agent: z.string(), isRevoked: z.boolean(), revokedKeys: z.array(z.string()) })
  .meta({ id: 'AgentService' })
const withKeys = z.strictObject({ ...agentRecord.shape, keys: z.array(keyRecord) }).meta({ id: 'AgentWithKeys' })

function create(wanted: { name: string; roles: string[] }, parts: AdminParts) {
  const { gateway, store } = parts
  const { name } = wanted
  if (isManagedByFile(gateway.live.config, name))
    throw new GatewayError('managed_by_file', `Cannot create agent "${name}": the configuration has it`)
  store.transaction(() => {
    if (store.agents.get(name))
      throw new GatewayError('item_exists', `Cannot create agent "${name}": it exists already`)
    store.agents.insert({ name, roles: wanted.roles, createdMs: Date.now() })
  })
  const agent = findAgent(name, parts)
  return { data: agent, etag: agentTag(agent), headers: { location: `/api/v1/agents/${encodeURIComponent(name)}` } }
}

function remove(name: string, ifMatch: string | undefined, parts: AdminParts): void {
  const { store } = parts
  const nowMs = Date.now()
  store.transaction(() => {
    requireMatch(ifMatch, agentTag(findOwnAgent(name, parts)))
    for (const key of store.apiKeys.list()) if (key.agent === name) store.apiKeys.revoke(key.keyId, nowMs)
    store.agents.remove(name)
  })
}

function revoke(agent: string, { store }: AdminParts): z.output<typeof serviceAnswer> {
  try {
    return { agent, isRevoked: true, revokedKeys: revokeAgent(store, agent) }
  } catch (error) {
    if (error instanceof CannotRevoke) throw new GatewayError('cannot_revoke', error.message)
    throw error
  }
}

/** Listing, one, and the writes. */
export const agentRoutes = [
  defineRoute({
    method: 'GET',
    path: '/api/v1/agents',
    id: 'listAgents',
    summary: 'Agents and their keys',
    tag: 'agents',
    access: 'read',
    query: pageQuery,
    status: 200,
    answer: pageOf(withKeys),
    failures: [],
    handle: ({ query }, parts) => ({ data: paginate(agentsWithKeys(parts), query, ({ name }) => name) }),
  }),
  defineRoute({
    method: 'POST',
    path: '/api/v1/agents',
    id: 'createAgent',
    summary: 'Make an agent; a key for it is a request of its own',
    tag: 'agents',
    access: 'write',
    body: z.strictObject({ name: agentName, roles }),
    status: 201,
    answer: agentRecord,
    hasEtag: true,
    failures: ['managed_by_file', 'item_exists'],
    handle: ({ body }, parts) => create(body, parts),
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/agents/{name}',
    id: 'getAgent',
    summary: 'One agent',
    tag: 'agents',
    access: 'read',
    params: ofAgent,
    status: 200,
    answer: agentRecord,
    hasEtag: true,
    failures: ['item_unknown'],
    handle({ params }, parts) {
      const agent = findAgent(params.name, parts)
      return { data: agent, etag: agentTag(agent) }
    },
  }),
  defineRoute({
    method: 'PUT',
    path: '/api/v1/agents/{name}',
    id: 'changeAgent',
    summary: 'Give an agent other roles',
    tag: 'agents',
    access: 'write',
    params: ofAgent,
    body: z.strictObject({ roles }),
    status: 200,
    answer: agentRecord,
    hasEtag: true,
    match: 'always',
    failures: ['item_unknown', 'managed_by_file'],
    handle({ params: { name }, body, ifMatch }, parts) {
      parts.store.transaction(() => {
        requireMatch(ifMatch, agentTag(findOwnAgent(name, parts)))
        parts.store.agents.setRoles(name, body.roles)
      })
      const agent = findOwnAgent(name, parts)
      return { data: agent, etag: agentTag(agent) }
    },
  }),
  defineRoute({
    method: 'DELETE',
    path: '/api/v1/agents/{name}',
    id: 'removeAgent',
    summary: 'Remove an agent and revoke its keys',
    tag: 'agents',
    access: 'write',
    params: ofAgent,
    status: 204,
    match: 'always',
    failures: ['item_unknown', 'managed_by_file'],
    handle({ params, ifMatch }, parts) {
      remove(params.name, ifMatch, parts)
      return {}
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/api/v1/agents/{name}/revoke',
    id: 'revokeAgent',
    summary: 'Take an agent out of service, of the file or not: its keys end, and no access token of it counts',
    tag: 'agents',
    access: 'write',
    params: ofAgent,
    status: 200,
    answer: serviceAnswer,
    failures: ['item_unknown', 'cannot_revoke'],
    handle: ({ params }, parts) => ({ data: revoke(findAgent(params.name, parts).name, parts) }),
  }),
  defineRoute({
    method: 'POST',
    path: '/api/v1/agents/{name}/restore',
    id: 'restoreAgent',
    summary: 'Put an agent back into service; keys that have ended stay so',
    tag: 'agents',
    access: 'write',
    params: ofAgent,
    status: 200,
    answer: serviceAnswer,
    failures: ['item_unknown'],
    handle({ params }, parts) {
      const { name } = findAgent(params.name, parts)
      restoreAgent(parts.store, name)
      return { data: { agent: name, isRevoked: false, revokedKeys: [] } }
    },
  }),
]
