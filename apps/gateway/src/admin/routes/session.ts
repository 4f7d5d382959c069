/** Routes to sign in with a code, and out again. */
import { z } from 'zod'
import { GatewayError } from '../../errors.ts'
import { csrfTokenOf } from '../admin-secrets.ts'
import { type Admin, SESSION_COOKIE } from '../admit.ts'
import { forgetCode } from '../offer-code.ts'
import { type AdminParts, defineRoute } from '../route.ts'
import { redeemCode } from '../sign-in-code.ts'

const session = z
  .strictObject({
    kind: z.enum(['token', 'session']),
    name: z.string(),
    access: z.enum(['read', 'write']),
    expiresAt: z.iso.datetime(),
    csrfToken: z.string().nullable().describe('For X-CSRF-Token of every write; null for a token, which needs none.'),
  })
  .meta({ id: 'Session' })

const COOKIE_RULES = 'Path=/; Secure; HttpOnly; SameSite=Strict'

function describe({ kind, id, name, access, expiresMs }: Admin, { store }: AdminParts): z.output<typeof session> {
  const csrfToken = kind === 'session' ? csrfTokenOf(store, id) : null
  return { kind, name, access, expiresAt: new Date(expiresMs).toISOString(), csrfToken }
}

function begin(code: string, address: string, parts: AdminParts) {
  parts.attempts.check(address)
  const begun = redeemCode(parts.store, code)
  if (!begun) {
    parts.attempts.failed(address)
    throw new GatewayError('admin_code_invalid', 'Cannot sign in: the code is not one that can be used')
  }
  forgetCode(parts.store)
  const maxAge = Math.floor((begun.expiresAtMs - Date.now()) / 1_000)
  const admin = {
    kind: 'session',
    id: begun.id,
    name: begun.name,
    access: 'write',
    expiresMs: begun.expiresAtMs,
  } as const
  return {
    data: describe(admin, parts),
    headers: { 'set-cookie': `${SESSION_COOKIE}=${begun.cookie}; ${COOKIE_RULES}; Max-Age=${maxAge}` },
  }
}

/** Sign-in, sign-out, and who one is. */
export const sessionRoutes = [
  defineRoute({
    method: 'POST',
    path: '/api/v1/session',
    id: 'signIn',
    summary: 'Spend a code and begin the session of a browser',
    tag: 'session',
    access: 'open',
    body: z.strictObject({
      code: z.string().min(1).max(64).describe('Printed at the first start, or by `causeway admin code`.'),
    }),
    status: 201,
    answer: session,
    failures: ['admin_code_invalid', 'too_many_attempts'],
    handle: ({ body, address }, parts) => begin(body.code, address, parts),
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/session',
    id: 'getSession',
    summary: 'Who one is',
    tag: 'session',
    access: 'read',
    status: 200,
    answer: session,
    failures: [],
    handle: ({ admin }, parts) => ({ data: describe(admin as Admin, parts) }),
  }),
  defineRoute({
    method: 'DELETE',
    path: '/api/v1/session',
    id: 'signOut',
    summary: 'End the session, or the token, that the request is made with',
    tag: 'session',
    access: 'own',
    status: 204,
    failures: [],
    handle({ admin }, { store }) {
      store.adminCredentials.revoke((admin as Admin).id, Date.now())
      return { headers: { 'set-cookie': `${SESSION_COOKIE}=; ${COOKIE_RULES}; Max-Age=0` } }
    },
  }),
]
