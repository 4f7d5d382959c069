/** `causeway admin revoke`: ends a token or a session of the admin API; a running gateway notices within a second. */
import { adminTokenForm } from '../admin/admin-secrets.ts'
import { CliError } from './cli-error.ts'
import type { Workspace } from './workspace.ts'

/**
 * Revokes all that is meant.
 * @param named an id, the name of tokens, or a whole token that somebody found
 * @throws CliError when there is none
 */
export function adminRevoke(workspace: Workspace, named: string): void {
  const store = workspace.store()
  const nowMs = Date.now()
  const id = adminTokenForm.parse(named) ?? named
  const meant = store.adminCredentials.list().filter((each) => each.id === id || each.name === named)
  if (meant.length === 0)
    throw new CliError('usage', 'Cannot revoke: no token or session has that id or name', {
      code: 'admin_credential_unknown',
      hint: 'See `causeway admin ls`',
    })
  const working = meant.filter(({ revokedMs, expiresMs }) => revokedMs === null && nowMs < expiresMs)
  const revoked = working.map((each) => each.id)
  store.transaction(() => {
    for (const each of revoked) store.adminCredentials.revoke(each, nowMs)
  })
  workspace.printer.answer({ revoked }, () =>
    revoked.length === 0 ? 'None of them is active.' : revoked.map((each) => `revoked ${each}`).join('\n'),
  )
}
