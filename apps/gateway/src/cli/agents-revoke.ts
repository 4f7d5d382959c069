/** `causeway agents revoke`: ends one key, or all keys of an agent; a running gateway notices within a second. */
import { parseApiKey } from '../identity/api-key.ts'
import { requireAgent } from './choose-agent.ts'
import type { Workspace } from './workspace.ts'

/** @param named an agent, a key id, or a whole key that somebody found */
export function agentsRevoke(workspace: Workspace, named: string): void {
  const store = workspace.store()
  const nowMs = Date.now()
  const one = store.apiKeys.get(parseApiKey(named) ?? named)
  const keys = one ? [one] : store.apiKeys.list().filter((key) => key.agent === named)
  const agent = one?.agent ?? (keys.length > 0 ? named : requireAgent(workspace, named))
  const revoked = keys.filter((key) => key.revokedMs === null && nowMs < key.expiresMs).map((key) => key.keyId)
  store.transaction(() => {
    for (const keyId of revoked) store.apiKeys.revoke(keyId, nowMs)
  })
  workspace.printer.answer({ agent, revoked }, () =>
    revoked.length === 0 ? `"${agent}" has no active key` : revoked.map((keyId) => `revoked ${keyId}`).join('\n'),
  )
}
