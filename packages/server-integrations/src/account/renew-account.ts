/** Renews a caller's account when its token is refused: once for all calls that wait for it. */
import { callerKey } from '@causeway/shared-contracts/caller'
import type { Logger } from '@causeway/shared-contracts/log'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import type { AccountPlace, AccountVault } from './account-vault.ts'
import type { OauthClient } from './oauth-client.ts'

/** What renewing needs. */
export interface RenewalParts {
  vault: AccountVault
  clientOf(vendor: string): Promise<OauthClient>
  titleOf(vendor: string): string
  log: Logger
}

/**
 * Returns the function that renews.
 * @returns the token to go on with; undefined when only a person can mend it
 */
export function createRenewal(parts: RenewalParts) {
  const running = new Map<string, Promise<string | undefined>>()
  return (place: AccountPlace, stale: string): Promise<string | undefined> => {
    const key = JSON.stringify([place.vendor, callerKey(place.caller)])
    const known = running.get(key)
    if (known) return known
    const started = renew(parts, place, stale).finally(() => running.delete(key))
    running.set(key, started)
    return started
  }
}

async function renew(
  { vault, clientOf, titleOf, log }: RenewalParts,
  place: AccountPlace,
  stale: string,
): Promise<string | undefined> {
  const account = vault.get(place)
  if (!account) return undefined
  // Another call has renewed it meanwhile.
  if (account.token !== stale) return account.token
  if (account.refreshToken === undefined) return undefined
  const client = await clientOf(place.vendor)
  const grant = await client.refresh(account.refreshToken).catch(() => {
    throw notRenewed(titleOf(place.vendor))
  })
  log.info({ vendor: place.vendor, agent: place.caller.agent, renewed: grant !== undefined }, 'account renewed')
  // What was disconnected or replaced meanwhile stays so.
  if (!grant || vault.get(place)?.id !== account.id) return undefined
  vault.put(place, { ...account, ...grant })
  return grant.token
}

function notRenewed(title: string): ToolError {
  return new ToolError(
    'unavailable',
    `The ${title} account has run out and could not be renewed just now. Nothing was done. Try again later.`,
    { retryable: true },
  )
}
