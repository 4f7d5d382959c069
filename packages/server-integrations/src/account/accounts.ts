/** The third-party accounts of callers: connected by a person at a link, renewed when they run out, revoked when they are given up. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Caller } from '@causeway/shared-contracts/caller'
import type { DataDir } from '@causeway/shared-contracts/data-dir'
import type { Logger } from '@causeway/shared-contracts/log'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { safeUrl } from '../connection/endpoint-from-env.ts'
import { VENDOR_IDS, VENDOR_PLANS, type VendorId } from '../connection/vendor-plans.ts'
import { type Endpoint, openVendorApi } from '../http/vendor-api.ts'
import { DEFAULT_BOUNDS } from '../resilience/request-bounds.ts'
import { type AccountSettings, accountSettings } from './account-settings.ts'
import { type Account, type AccountPlace, openAccountVault } from './account-vault.ts'
import { createConnectListener } from './connect-listener.ts'
import { answerPage, CALLBACK_PATH } from './connect-pages.ts'
import type { OauthClient } from './oauth-client.ts'
import { createPendingConnections, type PendingConnection } from './pending-connections.ts'
import { createRenewal } from './renew-account.ts'

export interface Accounts {
  /** How callers connect accounts of the vendor; undefined when they connect none. */
  settingsOf(vendor: string): AccountSettings | undefined
  /** The caller's own account, with an id that changes when another one is connected. */
  endpointOf(vendor: string, caller: Caller): (Endpoint & { id: string }) | undefined
  /** The link at which a person connects an account for this caller. */
  linkFor(vendor: string, caller: Caller): Promise<string>
  /** Forgets the account and tells the vendor, where that is possible. @returns whether there was one */
  disconnect(vendor: string, caller: Caller): Promise<boolean>
  isHealthy(): boolean
  close(): Promise<void>
}

/** Opens the accounts as the environment says. */
export function openAccounts({
  dataDir,
  env,
  log,
}: {
  dataDir: DataDir
  env: NodeJS.ProcessEnv
  log: Logger
}): Accounts {
  const settings = new Map<string, AccountSettings | undefined>(
    VENDOR_IDS.map((id) => [id, accountSettings(env, VENDOR_PLANS[id])]),
  )
  const vault = openAccountVault(join(dataDir.path, 'accounts.sqlite'), dataDir.secret)
  const pending = createPendingConnections()
  const clientOf = openOauthClients(settings)
  const titleOf = (vendor: string) => VENDOR_PLANS[vendor as VendorId].dialect.title
  const renew = createRenewal({ vault, clientOf, titleOf, log })
  const placeOf = (vendor: string, caller: Caller): AccountPlace => {
    const known = settings.get(vendor)
    if (!known) throw new Error(`Cannot use accounts of "${vendor}": none are configured`)
    return { vendor, baseUrl: known.baseUrl, caller }
  }
  const keep = (at: PendingConnection, account: Omit<Account, 'id'>) => {
    vault.put(placeOf(at.vendor, at.caller), { id: randomUUID(), ...account })
    log.info(
      { vendor: at.vendor, agent: at.caller.agent, user: at.caller.user, kind: account.kind },
      'account connected',
    )
  }
  const redirectUri = async () => `${await listener.url()}${CALLBACK_PATH}`
  const codeRequest = async ({ verifier = '' }: PendingConnection, state: string) => ({
    redirectUri: await redirectUri(),
    state,
    verifier,
  })

  const listener = createConnectListener(listenerSettings(env), (request) =>
    answerPage(request, {
      pending,
      titleOf,
      usesOauth: (vendor) => settings.get(vendor)?.oauth !== undefined,
      leave: async (at) => (await clientOf(at.vendor)).authorizationUrl(await codeRequest(at, at.state ?? '')),
      async comeBack(at, state, answer) {
        const grant = await (await clientOf(at.vendor)).exchange(answer, await codeRequest(at, state))
        keep(at, { kind: 'oauth', ...grant })
      },
      async handOver(at, token) {
        const who = await whoseToken(at, { baseUrl: placeOf(at.vendor, at.caller).baseUrl, token }, log)
        if (who !== undefined) keep(at, { kind: 'token', token })
        return who
      },
    }),
  )

  return {
    settingsOf: (vendor) => settings.get(vendor),
    endpointOf(vendor, caller) {
      if (!settings.get(vendor)) return undefined
      const place = placeOf(vendor, caller)
      const account = vault.get(place)
      const { baseUrl } = place
      return account && { id: account.id, baseUrl, token: account.token, renew: (stale) => renew(place, stale) }
    },
    linkFor: async (vendor, caller) => `${await listener.url()}/connect/${pending.begin(vendor, caller).id}`,
    async disconnect(vendor, caller) {
      const place = placeOf(vendor, caller)
      const account = vault.get(place)
      if (!account) return false
      vault.remove(place)
      if (account.kind === 'oauth') {
        const client = await clientOf(vendor)
        // Forgotten here it is of no use, whatever becomes of it there.
        await client.revoke(account.refreshToken ?? account.token).catch((error: unknown) => {
          log.warn({ vendor, reason: (error as Error).name }, 'account not revoked at the vendor')
        })
      }
      return true
    },
    isHealthy: vault.isHealthy,
    async close() {
      await listener.close()
      vault.close()
    },
  }
}

function openOauthClients(settings: ReadonlyMap<string, AccountSettings | undefined>) {
  const clients = new Map<string, Promise<OauthClient>>()
  return (vendor: string): Promise<OauthClient> => {
    const oauth = settings.get(vendor)?.oauth
    if (!oauth) throw new Error(`Cannot sign in at "${vendor}": no OAuth client is configured`)
    const known = clients.get(vendor) ?? import('./oauth-client.ts').then((code) => code.createOauthClient(oauth))
    clients.set(vendor, known)
    return known
  }
}

/** Whose a token is; undefined when it opens nothing. */
async function whoseToken(at: PendingConnection, endpoint: Endpoint, log: Logger): Promise<string | undefined> {
  const { dialect, whoAmI } = VENDOR_PLANS[at.vendor as VendorId]
  const api = openVendorApi(dialect, endpoint, DEFAULT_BOUNDS)
  const call = { caller: at.caller, signal: new AbortController().signal, requestId: randomUUID(), log }
  try {
    return await api.call(whoAmI, call)
  } catch (error) {
    if (error instanceof ToolError) return undefined
    throw error
  } finally {
    await api.close()
  }
}

function listenerSettings(env: NodeJS.ProcessEnv) {
  const port = env.INTEGRATIONS_CONNECT_PORT?.trim() || '0'
  if (!/^\d{1,5}$/.test(port)) throw new Error(`Cannot use INTEGRATIONS_CONNECT_PORT "${port}": not a port`)
  const given = env.INTEGRATIONS_PUBLIC_URL?.trim()
  return { port: Number(port), publicUrl: given ? safeUrl('INTEGRATIONS_PUBLIC_URL', given) : undefined }
}
