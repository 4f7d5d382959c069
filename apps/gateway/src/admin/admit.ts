/** Who may use the admin API: one bearer token of the command line, or the session of a browser that is on the gateway's own page. */
import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { GatewayError } from '../errors.ts'
import { bearerToken } from '../identity/authenticate.ts'
import { headerValues } from '../request/header-values.ts'
import type { AdminCredential } from '../store/admin-credentials.ts'
import type { Store } from '../store/open-store.ts'
import { adminSessionForm, adminTokenForm, createAdminHasher, csrfTokenOf } from './admin-secrets.ts'
import type { Attempts } from './attempts.ts'

/** The browser sends it over TLS and to this machine alone, from no page of another host, and no other host can set it. */
export const SESSION_COOKIE = '__Host-causeway-admin'

/** A proven admin. */
export type Admin = Pick<AdminCredential, 'id' | 'name' | 'access' | 'expiresMs'> & { kind: 'token' | 'session' }

/** Looking, changing what is one's own, or changing anything. */
export type AdminUse = 'read' | 'own' | 'write'

/** Admits requests from memory, which follows the store. */
export interface Door {
  /**
   * @param use what the request would do
   * @throws GatewayError admin_unauthorized | admin_read_only | csrf_forbidden | too_many_attempts
   */
  admit(request: IncomingMessage, use: AdminUse): Admin
  /** Whether somebody who was admitted still is. */
  isAdmitted(admin: Admin): boolean
  close(): void
}

/** Opens the door of a store. */
export function createDoor(store: Store, attempts: Attempts, now: () => number = Date.now): Door {
  const hasher = createAdminHasher(store)
  let known = readCredentials(store)
  const stop = store.onChange(() => {
    known = readCredentials(store)
  })
  const find = (id: string) => {
    // One that another process made a moment ago is found all the same.
    if (!known.has(id)) store.checkForChanges()
    return known.get(id)
  }
  const prove = ({ text, kind }: Presented): Admin | undefined => {
    const id = (kind === 'token' ? adminTokenForm : adminSessionForm).parse(text)
    if (id === undefined) return undefined
    const stored = find(id)
    if (!hasher.matches(text, stored?.hmac) || stored?.kind !== kind) return undefined
    return isGood(stored, now())
      ? { id, kind, name: stored.name, access: stored.access, expiresMs: stored.expiresMs }
      : undefined
  }
  return {
    admit(request, use) {
      const address = request.socket.remoteAddress ?? ''
      const presented = presentedBy(request)
      if (presented?.kind === 'session') requireOwnPage(request)
      const admin = presented && prove(presented)
      if (!admin) {
        if (presented) attempts.check(address)
        if (presented) attempts.failed(address)
        throw new GatewayError('admin_unauthorized', 'Cannot serve the request: no valid admin credential', {
          challenge: 'Bearer realm="causeway-admin"',
        })
      }
      if (use !== 'read' && admin.kind === 'session') requireCsrfToken(request, csrfTokenOf(store, admin.id))
      if (use === 'write' && admin.access !== 'write')
        throw new GatewayError('admin_read_only', 'Cannot change anything: the token is for looking alone')
      return admin
    },
    isAdmitted({ id }) {
      const stored = known.get(id)
      return stored !== undefined && isGood(stored, now())
    },
    close: stop,
  }
}

interface Presented {
  kind: Admin['kind']
  text: string
}

// A header beats the cookie: whoever sends one means it, and no page of another site can.
function presentedBy(request: IncomingMessage): Presented | undefined {
  const authorization = headerValues(request, 'authorization')
  if (authorization.length > 0) return { kind: 'token', text: bearerToken(authorization) ?? '' }
  const cookies = headerValues(request, 'cookie').flatMap((value) => value.split(';').map((each) => each.trim()))
  const own = cookies.filter((each) => each.startsWith(`${SESSION_COOKIE}=`))
  if (own.length === 0) return undefined
  return { kind: 'session', text: own.length === 1 ? (own[0] as string).slice(SESSION_COOKIE.length + 1) : '' }
}

// Cookies ignore ports, so a page of another program on this machine would send it too.
function requireOwnPage(request: IncomingMessage): void {
  if (request.headers['sec-fetch-site'] === 'same-origin') return
  throw new GatewayError('csrf_forbidden', 'Cannot use the session: the request does not come from the own page')
}

function requireCsrfToken(request: IncomingMessage, expected: string): void {
  const [given = '', ...more] = headerValues(request, 'x-csrf-token')
  const [one, other] = [Buffer.from(given), Buffer.from(expected)]
  if (more.length === 0 && one.length === other.length && timingSafeEqual(one, other)) return
  throw new GatewayError('csrf_forbidden', 'Cannot change anything: the CSRF token is missing or another')
}

function readCredentials(store: Store): ReadonlyMap<string, AdminCredential> {
  return new Map(store.adminCredentials.list().map((each) => [each.id, each]))
}

function isGood({ revokedMs, expiresMs }: AdminCredential, nowMs: number): boolean {
  return revokedMs === null && nowMs < expiresMs
}
