/** Codes to sign in with: made where the store is, shown once, spent once, and short-lived. */
import { randomBytes } from 'node:crypto'
import type { Store } from '../store/open-store.ts'
import { adminSessionForm, canonicalCode, createAdminHasher, mintCode } from './admin-secrets.ts'

/** How long a code can be used, ms. */
export const CODE_LIFE_MS = 15 * 60_000
const SESSION_LIFE_MS = 12 * 60 * 60_000

/**
 * Makes a code; the ones before it end.
 * @param name whose session it begins, for the record and for approvals
 */
export function issueCode(store: Store, nowMs = Date.now(), name = 'console'): string {
  const code = mintCode()
  const hmac = createAdminHasher(store).hash(canonicalCode(code))
  const id = randomBytes(9).toString('base64url')
  store.transaction(() => {
    for (const each of usableCodes(store, nowMs)) store.adminCredentials.revoke(each.id, nowMs)
    const expiresMs = nowMs + CODE_LIFE_MS
    store.adminCredentials.insert({
      id,
      kind: 'code',
      name,
      access: 'write',
      hmac,
      createdMs: nowMs,
      expiresMs,
    })
  })
  return code
}

/** A session at the moment its cookie is known in clear. */
export interface BegunSession {
  id: string
  name: string
  cookie: string
  expiresAtMs: number
}

/** Spends a code and begins a session; `undefined` for whatever is not a code that can still be used. */
export function redeemCode(store: Store, typed: string, nowMs = Date.now()): BegunSession | undefined {
  const hasher = createAdminHasher(store)
  const { id, text } = adminSessionForm.mint()
  const expiresMs = nowMs + SESSION_LIFE_MS
  return store.transaction(() => {
    const code = usableCodes(store, nowMs).find(({ hmac }) => hasher.matches(canonicalCode(typed), hmac))
    if (!code || !store.adminCredentials.revoke(code.id, nowMs)) return undefined
    const hmac = hasher.hash(text)
    store.adminCredentials.insert({
      id,
      kind: 'session',
      name: code.name,
      access: 'write',
      hmac,
      createdMs: nowMs,
      expiresMs,
    })
    return { id, name: code.name, cookie: text, expiresAtMs: expiresMs }
  })
}

function usableCodes(store: Store, nowMs: number) {
  return store.adminCredentials
    .list()
    .filter(({ kind, revokedMs, expiresMs }) => kind === 'code' && revokedMs === null && nowMs < expiresMs)
}
