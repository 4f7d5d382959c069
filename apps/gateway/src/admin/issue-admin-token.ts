/** Makes tokens of the admin API: named, with an end, and kept as a keyed hash alone. */
import type { AdminAccess } from '../store/admin-credentials.ts'
import type { Store } from '../store/open-store.ts'
import { adminTokenForm, createAdminHasher } from './admin-secrets.ts'

const DAY_MS = 86_400_000
/** How long what has ended is still listed. */
const LISTED_AFTER_END_MS = 30 * DAY_MS

/** A token at the only moment it is known in clear. */
export interface IssuedAdminToken {
  id: string
  name: string
  access: AdminAccess
  token: string
  expiresAtMs: number
}

/** Makes and stores a token. Whoever can open the store can make one, and nobody through the API can. */
export function issueAdminToken(
  store: Store,
  wanted: { name: string; access: AdminAccess; lifeMs: number },
  nowMs = Date.now(),
): IssuedAdminToken {
  const { name, access, lifeMs } = wanted
  const { id, text } = adminTokenForm.mint()
  const expiresMs = nowMs + lifeMs
  const hmac = createAdminHasher(store).hash(text)
  store.transaction(() => {
    store.adminCredentials.sweep(nowMs - LISTED_AFTER_END_MS)
    store.adminCredentials.insert({ id, kind: 'token', name, access, hmac, createdMs: nowMs, expiresMs })
  })
  return { id, name, access, token: text, expiresAtMs: expiresMs }
}
