/** Routes about access tokens of issuers that are not to count any more. */
import { z } from 'zod'
import { GatewayError } from '../../errors.ts'
import { CannotRevoke, revokeTokens } from '../../identity/revocation.ts'
import type { TokenRevocation } from '../../store/token-revocations.ts'
import { pageOf, pageQuery, paginate } from '../page.ts'
import { type AdminParts, defineRoute } from '../route.ts'

const time = z.iso.datetime({ offset: true })
const text = z.string().min(1).max(255)

const revocation = z
  .strictObject({
    id: z.string(),
    jti: z.string().nullable(),
    subject: z.string().nullable(),
    agent: z.string().nullable(),
    issuer: z.string().nullable(),
    issuedBefore: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'TokenRevocation' })

const wanted = z.strictObject({
  jti: text.optional(),
  subject: text.optional(),
  agent: text.optional(),
  issuer: text.optional(),
  issuedBefore: time.optional().describe('By default until now, and a little ahead for clocks that are.'),
})

function answerOf({ id, tokenId, subject, agent, issuer, ...times }: TokenRevocation): z.output<typeof revocation> {
  const issuedBefore = times.issuedBeforeMs === null ? null : new Date(times.issuedBeforeMs).toISOString()
  return { id, jti: tokenId, subject, agent, issuer, issuedBefore, createdAt: new Date(times.createdMs).toISOString() }
}

function revoke({ jti, issuedBefore, ...more }: z.output<typeof wanted>, { store }: AdminParts): TokenRevocation {
  try {
    const given = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined))
    return revokeTokens(store, {
      ...given,
      ...(jti === undefined ? {} : { tokenId: jti }),
      ...(issuedBefore === undefined ? {} : { issuedBeforeMs: Date.parse(issuedBefore) }),
    })
  } catch (error) {
    if (error instanceof CannotRevoke) throw new GatewayError('cannot_revoke', error.message)
    throw error
  }
}

/** Listing and revoking. */
export const revocationRoutes = [
  defineRoute({
    method: 'GET',
    path: '/api/v1/revocations',
    id: 'listRevocations',
    summary: 'Revocations of access tokens in force',
    tag: 'revocations',
    access: 'read',
    query: pageQuery,
    status: 200,
    answer: pageOf(revocation),
    failures: [],
    handle: ({ query }, { store }) => ({
      data: paginate(store.tokenRevocations.list().map(answerOf), query, ({ id }) => id),
    }),
  }),
  defineRoute({
    method: 'POST',
    path: '/api/v1/revocations',
    id: 'revokeTokens',
    summary: 'Revoke the access tokens that fit all that is given',
    tag: 'revocations',
    access: 'write',
    body: wanted,
    status: 201,
    answer: revocation,
    failures: ['cannot_revoke'],
    handle: ({ body }, parts) => ({ data: answerOf(revoke(body, parts)) }),
  }),
]
