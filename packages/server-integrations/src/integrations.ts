/** What the integration tools work with: one client a vendor, the connections behind them, and the memory of writes. */
import { join } from 'node:path'
import { type ConfirmationCodec, createConfirmationCodec } from '@causeway/shared-contracts/confirmation-codec'
import { type CursorCodec, createCursorCodec } from '@causeway/shared-contracts/cursor-codec'
import type { DataDir } from '@causeway/shared-contracts/data-dir'
import type { Opened } from '@causeway/shared-contracts/define-domain-server'
import type { Logger } from '@causeway/shared-contracts/log'
import { openSpentConfirmations } from '@causeway/shared-contracts/spent-confirmations'
import { type Accounts, openAccounts } from './account/accounts.ts'
import { type Connection, type ConnectionSource, openConnection } from './connection/connection.ts'
import { endpointFromEnv } from './connection/endpoint-from-env.ts'
import { VENDOR_IDS, VENDOR_PLANS, type VendorId } from './connection/vendor-plans.ts'
import { createGithubClient, type GithubClient } from './github/github-client.ts'
import { createJiraClient } from './jira/jira-client.ts'
import { createLinearClient } from './linear/linear-client.ts'
import { type Operations, openOperations } from './openapi/open-operations.ts'
import { boundsFromEnv } from './resilience/bounds-from-env.ts'
import type { RequestBounds } from './resilience/request-bounds.ts'
import { createSlackClient, type SlackClient } from './slack/slack-client.ts'
import { type IdempotencyStore, openIdempotencyStore } from './store/idempotency-store.ts'
import { createStripeClient, type StripeClient } from './stripe/stripe-client.ts'
import type { IssueTracker } from './tracker/issue-tracker.ts'

/** The services of every tool in this domain. */
export interface Integrations {
  connections: readonly Connection[]
  accounts: Accounts
  github: GithubClient
  slack: SlackClient
  stripe: StripeClient
  linear: IssueTracker
  jira: IssueTracker
  writes: IdempotencyStore
  cursors: CursorCodec
  confirmations: ConfirmationCodec
  operations: Operations
}

/** What opening needs; `bounds` are the usual ones unless given. */
export interface IntegrationsDeps {
  dataDir: DataDir
  log: Logger
  env: NodeJS.ProcessEnv
  bounds?: Partial<RequestBounds>
  /** Called when an import changes the list of tools. */
  toolsChanged?(): void
}

/** Opens the connections, real where a token is configured, and starts an emulator for each other in the background. */
export function openIntegrations(deps: IntegrationsDeps): Opened<Integrations> {
  const { path, secret } = deps.dataDir
  const bounds = { ...boundsFromEnv(deps.env), ...deps.bounds }
  const accounts = openAccounts(deps)
  const by = Object.fromEntries(
    VENDOR_IDS.map((id) => [
      id,
      openConnection(VENDOR_PLANS[id].dialect, sourceOf(id, deps.env, accounts), { log: deps.log, bounds, accounts }),
    ]),
  ) as Record<VendorId, Connection>
  const connections = VENDOR_IDS.map((id) => by[id])
  const operations = openOperations({
    ...deps,
    bounds,
    shared: connections,
    toolsChanged: () => deps.toolsChanged?.(),
  })
  const writes = openIdempotencyStore(join(path, 'integrations.sqlite'))
  const spent = openSpentConfirmations(join(path, 'confirmations.sqlite'))
  return {
    services: {
      connections,
      accounts,
      github: createGithubClient(by.github),
      slack: createSlackClient(by.slack),
      stripe: createStripeClient(by.stripe),
      linear: createLinearClient(by.linear),
      jira: createJiraClient(by.jira),
      writes,
      cursors: createCursorCodec(secret),
      confirmations: createConfirmationCodec(secret, spent),
      operations,
    },
    health: () => ({
      ...Object.fromEntries(connections.map((each) => [each.dialect.id, connectionHealth(each)])),
      store: { ok: writes.isHealthy() && accounts.isHealthy() },
    }),
    async close() {
      await Promise.all([...connections.map((each) => each.close()), accounts.close(), operations.close()])
      writes.close()
      spent.close()
    },
  }
}

/** Everybody's token before callers' own accounts alone, and either before an emulator. */
function sourceOf(id: VendorId, env: NodeJS.ProcessEnv, accounts: Accounts): ConnectionSource {
  const plan = VENDOR_PLANS[id]
  const api = endpointFromEnv(env, plan.variables)
  const own = accounts.settingsOf(id)
  if (api) return { api }
  return own ? { ownAt: own.baseUrl } : { emulator: plan.startEmulator }
}

function connectionHealth(connection: Connection): { ok: boolean; detail: string } {
  const { mode, host } = connection
  const state = connection.state()
  // A starting emulator is waited for by the calls themselves, and a vendor's outage must not take the other vendors' tools away.
  return { ok: state !== 'unavailable', detail: `${mode} on ${host}, ${state}` }
}
