/** `causeway tokens revoke`: access tokens that are not to count any more; a running gateway notices within a second. */
import { isManagedByFile } from '../identity/agent-directory.ts'
import { revokeTokens } from '../identity/revocation.ts'
import { CliError } from './cli-error.ts'
import { revocationData } from './tokens-ls.ts'
import type { Workspace } from './workspace.ts'

interface Flags {
  jti?: string
  subject?: string
  agent?: string
  issuer?: string
  issuedBefore?: string
}

/** Revokes what fits all flags that are given. */
export function tokensRevoke(workspace: Workspace, { jti, issuedBefore, ...flags }: Flags): void {
  noteStrangers(workspace, flags)
  const revocation = revokeTokens(workspace.store(), {
    ...flags,
    ...(jti === undefined ? {} : { tokenId: jti }),
    ...(issuedBefore === undefined ? {} : { issuedBeforeMs: parseTime(issuedBefore) }),
  })
  const data = revocationData(revocation)
  workspace.printer.answer(data, () =>
    data.issuedBefore === null
      ? `revoked (${data.id})`
      : `revoked (${data.id}); tokens issued from ${data.issuedBefore} on count`,
  )
}

// What is misspelled revokes nothing, and nobody would hear of it.
function noteStrangers({ config, printer, existingStore }: Workspace, { issuer, agent }: Flags): void {
  if (agent && !isManagedByFile(config, agent) && !existingStore()?.agents.get(agent))
    printer.note(`no agent "${agent}" is known`)
  const { issuers, development } = config.auth
  const known = [
    ...issuers.map((each) => each.issuer),
    ...(development ? [`http://127.0.0.1:${development.port}`] : []),
  ]
  if (issuer !== undefined && !known.includes(issuer)) printer.note(`no issuer "${issuer}" is configured`)
}

function parseTime(text: string): number {
  const timeMs = /^\d{4}-\d\d-\d\d(T|$)/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isFinite(timeMs)) return timeMs
  throw new CliError('usage', `Cannot use --issued-before "${text}": want a time`, {
    code: 'usage',
    hint: 'For example: --issued-before 2026-11-21T09:30Z',
  })
}
