/** One connector's way to its third-party API: real, in the caller's own name or in everybody's, or an emulator that may still be starting. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Caller, callerKey } from '@causeway/shared-contracts/caller'
import type { Logger } from '@causeway/shared-contracts/log'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import type { Accounts } from '../account/accounts.ts'
import { type Endpoint, openVendorApi, type VendorApi } from '../http/vendor-api.ts'
import type { VendorDialect } from '../http/vendor-dialect.ts'
import type { VendorCall } from '../http/vendor-request.ts'
import { DEFAULT_BOUNDS, type RequestBounds } from '../resilience/request-bounds.ts'

/** Lets the process listen before it loads and fills an emulator. */
const START_DELAY_MS = 100
/** How long a call waits for an emulator that is still starting. */
const START_WAIT_MS = 8_000
/** Callers whose own connections are kept open. */
const MAX_OWN_APIS = 200

/** An endpoint that this process runs itself. */
export interface OwnEndpoint extends Endpoint {
  close(): Promise<void>
}

export type ConnectionState = 'ready' | 'starting' | 'unavailable'

export interface Connection {
  dialect: VendorDialect
  mode: 'api' | 'emulator'
  /** Host of the real API, or `loopback`. */
  host: string
  /** Names the state behind the connection: an emulator's lives no longer than its process. */
  instance: string
  /** Where people see what the API holds. */
  siteUrl: string
  state(): ConnectionState
  /** Waits until an emulator has started or failed to, at most as long as a call would. */
  settled(): Promise<void>
  /** Whose account a caller's requests go out with; `none` when they must connect one first. */
  accountOf(caller: Caller): 'own' | 'shared' | 'none'
  /** The same text for callers whose requests go out with the same account, and for no others. */
  accountKey(caller: Caller): string
  /** Whether nothing is sent for this caller now, because the API failed repeatedly. */
  isHeldBack(caller: Caller): boolean
  call: VendorApi['call']
  close(): Promise<void>
}

/** Where a connector's requests go: an API with everybody's token, or only those of callers, or an emulator started for the purpose. */
export type ConnectionSource =
  | { api: Endpoint }
  | { ownAt: string }
  | { emulator: (signal: AbortSignal) => Promise<OwnEndpoint> }

/** What a connection needs of the process. */
export interface ConnectionDeps {
  log: Logger
  bounds?: Partial<RequestBounds> | undefined
  /** The accounts that callers may have connected themselves; none unless given. */
  accounts?: Accounts
}

/** Opens a connection; an emulator starts a moment later, so that listening comes first. */
export function openConnection(dialect: VendorDialect, source: ConnectionSource, deps: ConnectionDeps): Connection {
  const bounds = { ...DEFAULT_BOUNDS, ...deps.bounds }
  const emulated = 'emulator' in source ? openEmulated(dialect, source.emulator, { log: deps.log, bounds }) : undefined
  const sharedApi = 'api' in source ? openVendorApi(dialect, source.api, bounds) : undefined
  const ownApis = openOwnApis(dialect, deps.accounts, bounds)
  const apiOf = (caller: Caller) => ownApis.get(caller) ?? sharedApi ?? emulated?.api()
  const baseUrl = 'api' in source ? source.api.baseUrl : 'ownAt' in source ? source.ownAt : undefined
  return {
    dialect,
    mode: emulated ? 'emulator' : 'api',
    host: baseUrl ? new URL(baseUrl).host : 'loopback',
    instance: baseUrl ?? `emulator ${randomUUID()}`,
    siteUrl: baseUrl ?? `https://${dialect.id}.example`,
    state: () => emulated?.state() ?? 'ready',
    settled: async () => emulated?.settled(),
    accountOf: (caller) => (ownApis.get(caller) ? 'own' : sharedApi || emulated ? 'shared' : 'none'),
    accountKey: (caller) => (ownApis.get(caller) ? callerKey(caller) : 'shared'),
    isHeldBack: (caller) => apiOf(caller)?.isHeldBack() ?? false,
    async call(request, call: VendorCall) {
      await emulated?.settled()
      const api = apiOf(call.caller)
      if (!api) throw emulated ? notStarted(dialect, emulated.state()) : connectFirst(dialect)
      return api.call(request, call)
    },
    async close() {
      await Promise.all([emulated?.close(), sharedApi?.close(), ownApis.close()])
    },
  }
}

function openEmulated(
  dialect: VendorDialect,
  startEmulator: (signal: AbortSignal) => Promise<OwnEndpoint>,
  deps: { log: Logger; bounds: RequestBounds },
) {
  const stopping = new AbortController()
  const now: { state: ConnectionState; api?: VendorApi; own?: OwnEndpoint } = { state: 'starting' }
  const start = async () => {
    await sleep(START_DELAY_MS, undefined, { signal: stopping.signal })
    now.own = await startEmulator(stopping.signal)
    now.api = openVendorApi(dialect, now.own, deps.bounds)
    now.state = 'ready'
  }
  const started = start().catch((error: unknown) => {
    now.state = 'unavailable'
    if (!stopping.signal.aborted) deps.log.error({ err: error, vendor: dialect.id }, 'emulator failed to start')
  })
  return {
    state: () => now.state,
    api: () => now.api,
    settled: async () => {
      if (now.state === 'starting') await Promise.race([started, sleep(START_WAIT_MS, undefined, { ref: false })])
    },
    async close() {
      stopping.abort()
      await started
      await now.api?.close()
      await now.own?.close()
    },
  }
}

/** The APIs of callers who connected an account of their own: nothing that one has learned or kept reaches another. */
function openOwnApis(dialect: VendorDialect, accounts: Accounts | undefined, bounds: RequestBounds) {
  const opened = new Map<string, { api: VendorApi; id: string }>()
  return {
    get(caller: Caller): VendorApi | undefined {
      const key = callerKey(caller)
      const endpoint = accounts?.endpointOf(dialect.id, caller)
      const known = opened.get(key)
      if (known && known.id === endpoint?.id) return known.api
      if (known) void known.api.close()
      opened.delete(key)
      if (!endpoint) return undefined
      if (opened.size >= MAX_OWN_APIS) {
        const [oldest, { api }] = opened.entries().next().value as [string, { api: VendorApi }]
        opened.delete(oldest)
        void api.close()
      }
      const api = openVendorApi(dialect, endpoint, bounds)
      opened.set(key, { api, id: endpoint.id })
      return api
    },
    close: () => Promise.all([...opened.values()].map(({ api }) => api.close())),
  }
}

function connectFirst(dialect: VendorDialect): ToolError {
  return new ToolError(
    'connection_required',
    `You have no ${dialect.title} account connected. Call connect_account(integration="${dialect.id}") and send the person to the link; do not retry before.`,
  )
}

function notStarted(dialect: VendorDialect, state: ConnectionState): ToolError {
  return state === 'starting'
    ? new ToolError('starting', `The ${dialect.title} emulator is still starting. Try again in a second.`, {
        retryable: true,
        retry_after_ms: 1_000,
      })
    : new ToolError(
        'unavailable',
        `The ${dialect.title} emulator did not start. Ask the operator to read the log or to set ${dialect.tokenVariable}.`,
      )
}
