/** `causeway admin token`: makes a token for the admin API. It is shown this once. */
import { issueAdminToken } from '../admin/issue-admin-token.ts'
import { parseLife } from './agents-create.ts'
import { adminName } from './operator-name.ts'
import type { Workspace } from './workspace.ts'

/** How the token is to be. */
export interface AdminTokenOptions {
  name?: string
  expires: string
  readOnly?: boolean
}

/** Makes the token and prints it; there is no other way to see it again. */
export function adminToken(workspace: Workspace, options: AdminTokenOptions): void {
  const name = adminName(options.name)
  const access = options.readOnly ? 'read' : 'write'
  const issued = issueAdminToken(workspace.store(), { name, access, lifeMs: parseLife(options.expires) })
  const expires = new Date(issued.expiresAtMs).toISOString()
  const { printer, config } = workspace
  printer.answer({ id: issued.id, name, access, token: issued.token, expires }, () => issued.token)
  if (printer.isJson) return
  printer.note(
    `admin token ${issued.id} of "${name}", until ${expires.slice(0, 16).replace('T', ' ')} UTC; not shown again`,
  )
  if (config.admin === false) printer.note('the configuration turns the admin listener off')
}
