/** `causeway agents revoke`: ends one key, or an agent with all its credentials; a running gateway notices within a second. */
import { parseApiKey } from '../identity/api-key.ts'
import { revokeAgent } from '../identity/revocation.ts'
import { requireAgent } from './choose-agent.ts'
import type { Workspace } from './workspace.ts'

/** @param named an agent, a key id, or a whole key that somebody found */
export function agentsRevoke(workspace: Workspace, named: string): void {
  const store = workspace.store()
  const nowMs = Date.now()
  const key = store.apiKeys.get(parseApiKey(named) ?? named)
  if (key) {
    const revoked = key.revokedMs === null && nowMs < key.expiresMs ? [key.keyId] : []
    for (const keyId of revoked) store.apiKeys.revoke(keyId, nowMs)
    const state = revoked.length === 0 ? 'had ended already' : 'is revoked'
    workspace.printer.answer({ agent: key.agent, revoked }, () => `key ${key.keyId} of "${key.agent}" ${state}`)
    return
  }
  const isKnownByKeys = store.apiKeys.list().some(({ agent }) => agent === named)
  const agent = isKnownByKeys ? named : requireAgent(workspace, named)
  const revoked = revokeAgent(store, agent, nowMs)
  workspace.printer.answer({ agent, revoked, isAgentRevoked: true }, () =>
    [`"${agent}" is revoked, with its access tokens`, ...revoked.map((keyId) => `revoked ${keyId}`)].join('\n'),
  )
}
