/** What the integration tools work with: one client a vendor, the connections behind them, and the memory of writes. */
import { join } from 'node:path'
import { type CursorCodec, createCursorCodec } from '@causeway/shared-contracts/cursor-codec'
import type { DataDir } from '@causeway/shared-contracts/data-dir'
import type { Opened } from '@causeway/shared-contracts/define-domain-server'
import type { Logger } from '@causeway/shared-contracts/log'
import { type Connection, openConnection } from './connection/connection.ts'
import { endpointFromEnv } from './connection/endpoint-from-env.ts'
import { startGithubEmulator } from './emulator/github-emulator.ts'
import { startSlackEmulator } from './emulator/slack-emulator.ts'
import { createGithubClient, type GithubClient } from './github/github-client.ts'
import { githubDialect } from './github/github-dialect.ts'
import { type Operations, openOperations } from './openapi/open-operations.ts'
import type { RequestBounds } from './resilience/request-bounds.ts'
import { createSlackClient, type SlackClient } from './slack/slack-client.ts'
import { slackDialect } from './slack/slack-dialect.ts'
import { type IdempotencyStore, openIdempotencyStore } from './store/idempotency-store.ts'

/** The services of every tool in this domain. */
export interface Integrations {
  connections: readonly Connection[]
  github: GithubClient
  slack: SlackClient
  writes: IdempotencyStore
  cursors: CursorCodec
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

const GITHUB = { token: 'GITHUB_TOKEN', url: 'GITHUB_API_URL', defaultUrl: 'https://api.github.com' }
const SLACK = { token: 'SLACK_BOT_TOKEN', url: 'SLACK_API_URL', defaultUrl: 'https://slack.com/api' }

/** Opens the connections, real where a token is configured, and starts an emulator for each other in the background. */
export function openIntegrations(deps: IntegrationsDeps): Opened<Integrations> {
  const githubApi = endpointFromEnv(deps.env, GITHUB)
  const slackApi = endpointFromEnv(deps.env, SLACK)
  const writes = openIdempotencyStore(join(deps.dataDir.path, 'integrations.sqlite'))
  const github = openConnection(githubDialect, githubApi ? { api: githubApi } : { emulator: startGithubEmulator }, deps)
  const slack = openConnection(slackDialect, slackApi ? { api: slackApi } : { emulator: startSlackEmulator }, deps)
  const connections = [github, slack]
  const operations = openOperations({ ...deps, shared: connections, toolsChanged: () => deps.toolsChanged?.() })
  return {
    services: {
      connections,
      github: createGithubClient(github),
      slack: createSlackClient(slack),
      writes,
      cursors: createCursorCodec(deps.dataDir.secret),
      operations,
    },
    health: () => ({
      github: connectionHealth(github),
      slack: connectionHealth(slack),
      store: { ok: writes.isHealthy() },
    }),
    async close() {
      await Promise.all([github.close(), slack.close(), operations.close()])
      writes.close()
    },
  }
}

function connectionHealth(connection: Connection): { ok: boolean; detail: string } {
  const { mode, host } = connection
  const state = connection.state()
  // A starting emulator is waited for by the calls themselves, and a vendor's outage must not take the other vendors' tools away.
  return { ok: state !== 'unavailable', detail: `${mode} on ${host}, ${state}` }
}
