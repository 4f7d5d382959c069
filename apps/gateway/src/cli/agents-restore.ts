/** `causeway agents restore`: puts a revoked agent back into service. */
import { restoreAgent } from '../identity/revocation.ts'
import { requireAgent } from './choose-agent.ts'
import type { Workspace } from './workspace.ts'

/** Restores the agent; the keys that its revocation ended stay so. */
export function agentsRestore(workspace: Workspace, name: string): void {
  const wasRevoked = restoreAgent(workspace.store(), name)
  const agent = wasRevoked ? name : requireAgent(workspace, name)
  workspace.printer.answer({ agent, restored: wasRevoked }, () =>
    wasRevoked
      ? `"${agent}" is back in service; its keys stay ended, so rotate makes a new one`
      : `"${agent}" was not revoked`,
  )
}
