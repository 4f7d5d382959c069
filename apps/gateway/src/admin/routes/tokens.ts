/** Routes about who is admitted to this API. There is none that admits anybody: tokens and codes come from the command line. */
import { z } from 'zod'
import { GatewayError } from '../../errors.ts'
import type { AdminCredential } from '../../store/admin-credentials.ts'
import { pageOf, pageQuery, paginate } from '../page.ts'
import { defineRoute } from '../route.ts'

const credential = z
  .strictObject({
    id: z.string(),
    kind: z.enum(['token', 'session']),
    name: z.string(),
    access: z.enum(['read', 'write']),
    state: z.enum(['active', 'expired', 'revoked']),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'AdminCredential' })

function toAnswer(each: AdminCredential): z.output<typeof credential> {
  const { id, kind, name, access, createdMs, expiresMs, revokedMs } = each
  const state = revokedMs !== null ? 'revoked' : Date.now() < expiresMs ? 'active' : 'expired'
  const [createdAt, expiresAt] = [new Date(createdMs).toISOString(), new Date(expiresMs).toISOString()]
  return { id, kind: kind === 'token' ? 'token' : 'session', name, access, state, createdAt, expiresAt }
}

/** Listing and ending. */
export const tokenRoutes = [
  defineRoute({
    method: 'GET',
    path: '/api/v1/tokens',
    id: 'listTokens',
    summary: 'Tokens and sessions of this API',
    tag: 'tokens',
    access: 'read',
    query: pageQuery,
    status: 200,
    answer: pageOf(credential),
    failures: [],
    handle({ query }, { store }) {
      const all = store.adminCredentials.list().filter(({ kind }) => kind !== 'code')
      return { data: paginate(all.map(toAnswer), query, ({ id }) => id) }
    },
  }),
  defineRoute({
    method: 'DELETE',
    path: '/api/v1/tokens/{id}',
    id: 'revokeToken',
    summary: 'End a token or a session, and the streams that it has open',
    tag: 'tokens',
    access: 'write',
    params: z.strictObject({ id: z.string() }),
    status: 204,
    failures: ['item_unknown'],
    handle({ params }, { store }) {
      const known = store.adminCredentials.get(params.id)
      if (!known || known.kind === 'code')
        throw new GatewayError('item_unknown', `Cannot revoke "${params.id}": no such token or session`)
      store.adminCredentials.revoke(params.id, Date.now())
      return {}
    },
  }),
]
