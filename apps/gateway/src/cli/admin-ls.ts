/** `causeway admin ls`: who is admitted to the admin API. */
import type { AdminCredential } from '../store/admin-credentials.ts'
import { formatTable, formatTime } from './table.ts'
import type { Workspace } from './workspace.ts'

/** Prints tokens and sessions, those that have ended lately included. */
export function adminLs({ existingStore, printer }: Workspace): void {
  const nowMs = Date.now()
  const all = existingStore()?.adminCredentials.list() ?? []
  const admitted = all.filter(({ kind }) => kind !== 'code')
  const data = admitted.map((each) => ({
    id: each.id,
    kind: each.kind,
    name: each.name,
    access: each.access,
    state: stateOf(each, nowMs),
    created: new Date(each.createdMs).toISOString(),
    expires: new Date(each.expiresMs).toISOString(),
  }))
  printer.answer(data, () =>
    formatTable(
      ['ID', 'KIND', 'NAME', 'ACCESS', 'STATE', 'EXPIRES (UTC)'],
      admitted.map((each) => [
        each.id,
        each.kind,
        each.name,
        each.access,
        stateOf(each, nowMs),
        formatTime(each.expiresMs),
      ]),
    ),
  )
}

function stateOf({ revokedMs, expiresMs }: AdminCredential, nowMs: number): string {
  if (revokedMs !== null) return 'revoked'
  return nowMs < expiresMs ? 'active' : 'expired'
}
