/** A key for a minute of acting as an agent: from the running gateway for whoever has an admin token, else from the store for whoever can open it. */
import { impersonate } from '../identity/issue-key.ts'
import { askAdmin } from './ask-admin.ts'
import { operatorName } from './operator-name.ts'
import type { Workspace } from './workspace.ts'

/** Environment variable with a token of the admin API. */
const ADMIN_TOKEN_VARIABLE = 'CAUSEWAY_ADMIN_TOKEN'

/** A key that has to be given back. */
export interface BorrowedKey {
  key: string
  /** Ends it; what cannot be ended now ends by itself within the minute. */
  giveBack(): Promise<void>
}

/**
 * Borrows a key. Either way the record says who acts.
 * @throws CliError when the admin API cannot be reached, or refuses the token
 */
export async function borrowKey(workspace: Workspace, agent: string): Promise<BorrowedKey> {
  const token = workspace.terminal.env[ADMIN_TOKEN_VARIABLE]
  if (token) return borrowFromGateway(workspace, agent, token)
  const store = workspace.store()
  const issued = impersonate(store, { agent, madeBy: `cli:${operatorName()}` })
  return { key: issued.key, giveBack: async () => store.apiKeys.remove(issued.keyId) }
}

async function borrowFromGateway(workspace: Workspace, agent: string, token: string): Promise<BorrowedKey> {
  const path = `/api/v1/agents/${encodeURIComponent(agent)}`
  const made = await askAdmin<{ id: string; key: string }>(workspace, token, {
    method: 'POST',
    path: `${path}/impersonations`,
  })
  return {
    key: made.key,
    async giveBack() {
      await askAdmin(workspace, token, { method: 'DELETE', path: `${path}/keys/${made.id}` }).catch(() => {})
    },
  }
}
