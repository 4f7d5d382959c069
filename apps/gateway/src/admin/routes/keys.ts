/** Routes about the keys of agents. A key is in an answer once, when it is made. */
import { z } from 'zod'
import { duration } from '../../config/units.ts'
import { GatewayError } from '../../errors.ts'
import {
  AgentIsRevoked,
  type IssuedKey,
  impersonate,
  issueKey,
  rotateKey,
  TooManyKeys,
} from '../../identity/issue-key.ts'
import type { Admin } from '../admit.ts'
import { findAgent, keyAnswer, keyRecord, ofAgent } from '../agent-record.ts'
import { pageOf, pageQuery, paginate } from '../page.ts'
import { type AdminParts, defineRoute } from '../route.ts'

const newKey = z
  .strictObject({
    agent: z.string(),
    id: z.string(),
    key: z.string().describe('Not shown again.'),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'NewKey' })
const rotatedKey = z
  .strictObject({
    ...newKey.shape,
    previous: z.strictObject({ id: z.string(), expiresAt: z.iso.datetime() }).nullable(),
  })
  .meta({ id: 'RotatedKey' })

const life = duration('1m', '3650d').prefault('90d').describe('Life of the key, such as 90d.')
const overlap = duration('0s', '90d').prefault('24h').describe('How long the key before works on.')

/** Who made it, as the record has it. */
export function makerOf(admin: Admin | undefined): string {
  return `${admin?.kind ?? 'admin'}:${admin?.name ?? ''}`
}

function answerOf({ agent, keyId, key, expiresAtMs }: IssuedKey): z.output<typeof newKey> {
  return { agent, id: keyId, key, expiresAt: new Date(expiresAtMs).toISOString() }
}

// A key for a glob of names would be nobody's.
function requireOne(name: string, parts: AdminParts): string {
  if (!name.includes('*')) return findAgent(name, parts).name
  throw new GatewayError('item_unknown', `Cannot make a key for "${name}": it is no single agent`)
}

function unlessRefused<T>(issue: () => T): T {
  try {
    return issue()
  } catch (error) {
    if (error instanceof AgentIsRevoked) throw new GatewayError('agent_revoked', error.message)
    if (error instanceof TooManyKeys) throw new GatewayError('too_many_keys', error.message)
    throw error
  }
}

/** Listing, making, rotating and revoking keys, and acting as an agent. */
export const keyRoutes = [
  defineRoute({
    method: 'GET',
    path: '/api/v1/agents/{name}/keys',
    id: 'listKeys',
    summary: 'Keys of an agent',
    tag: 'keys',
    access: 'read',
    params: ofAgent,
    query: pageQuery,
    status: 200,
    answer: pageOf(keyRecord),
    failures: ['item_unknown'],
    handle({ params, query }, parts) {
      const { name } = findAgent(params.name, parts)
      const own = parts.store.apiKeys.list().filter(({ agent, origin }) => agent === name && origin !== 'impersonation')
      return { data: paginate(own.map(keyAnswer), query, ({ id }) => id) }
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/api/v1/agents/{name}/keys',
    id: 'createKey',
    summary: 'Make a key; an agent holds two that work at most',
    tag: 'keys',
    access: 'write',
    params: ofAgent,
    body: z.strictObject({ expires: life }),
    status: 201,
    answer: newKey,
    failures: ['item_unknown', 'too_many_keys', 'agent_revoked'],
    handle({ params, body, admin }, parts) {
      const wanted = { agent: requireOne(params.name, parts), origin: 'api', lifeMs: body.expires } as const
      return { data: answerOf(unlessRefused(() => issueKey(parts.store, { ...wanted, madeBy: makerOf(admin) }))) }
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/api/v1/agents/{name}/keys/rotate',
    id: 'rotateKey',
    summary: 'Make a key in place of the newest, which works on for a while; older ones end',
    tag: 'keys',
    access: 'write',
    params: ofAgent,
    body: z.strictObject({ expires: life, overlap }),
    status: 201,
    answer: rotatedKey,
    failures: ['item_unknown', 'agent_revoked'],
    handle({ params, body, admin }, parts) {
      const wanted = { agent: requireOne(params.name, parts), origin: 'api', lifeMs: body.expires } as const
      const rotation = { ...wanted, overlapMs: body.overlap, madeBy: makerOf(admin) }
      const { previous, ...issued } = unlessRefused(() => rotateKey(parts.store, rotation))
      const before = previous && { id: previous.keyId, expiresAt: new Date(previous.expiresAtMs).toISOString() }
      return { data: { ...answerOf(issued), previous: before ?? null } }
    },
  }),
  defineRoute({
    method: 'DELETE',
    path: '/api/v1/agents/{name}/keys/{id}',
    id: 'revokeKey',
    summary: 'End a key, and the streams that it has open',
    tag: 'keys',
    access: 'write',
    params: z.strictObject({ ...ofAgent.shape, id: z.string() }),
    status: 204,
    failures: ['item_unknown'],
    handle({ params: { name, id } }, { store }) {
      if (store.apiKeys.get(id)?.agent !== name)
        throw new GatewayError('item_unknown', `Cannot revoke "${id}": "${name}" has no such key`)
      store.apiKeys.revoke(id, Date.now())
      return {}
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/api/v1/agents/{name}/impersonations',
    id: 'impersonate',
    summary: 'Make a key that works for a minute, to act as the agent; the record says who did',
    tag: 'keys',
    access: 'write',
    params: ofAgent,
    status: 201,
    answer: newKey,
    failures: ['item_unknown', 'agent_revoked'],
    handle({ params, admin }, parts) {
      const agent = requireOne(params.name, parts)
      const issued = unlessRefused(() => impersonate(parts.store, { agent, madeBy: makerOf(admin) }))
      parts.gateway.log.info({ agent, keyId: issued.keyId, act: makerOf(admin) }, 'impersonation')
      return { data: answerOf(issued) }
    },
  }),
]
