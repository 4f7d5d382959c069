/** One connector's way to its third-party API: real, or an emulator that may still be starting. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@causeway/shared-contracts/log'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { type Endpoint, openVendorApi, type VendorApi } from '../http/vendor-api.ts'
import type { VendorDialect } from '../http/vendor-dialect.ts'
import { DEFAULT_BOUNDS, type RequestBounds } from '../resilience/request-bounds.ts'

/** Lets the process listen before it loads and fills an emulator. */
const START_DELAY_MS = 100
/** How long a call waits for an emulator that is still starting. */
const START_WAIT_MS = 8_000

/** An endpoint that this process runs itself. */
export interface OwnEndpoint extends Endpoint {
  close(): Promise<void>
}

/** Where a connector's requests go: a configured API, or an emulator started for the purpose. */
export type ConnectionSource = { api: Endpoint } | { emulator: (signal: AbortSignal) => Promise<OwnEndpoint> }

export type ConnectionState = 'ready' | 'starting' | 'unavailable'

export interface Connection {
  dialect: VendorDialect
  mode: 'api' | 'emulator'
  /** Host of the real API, or `loopback`. */
  host: string
  /** Names the state behind the connection: an emulator's lives no longer than its process. */
  instance: string
  state(): ConnectionState
  /** Waits until an emulator has started or failed to, at most as long as a call would. */
  settled(): Promise<void>
  call: VendorApi['call']
  close(): Promise<void>
}

/** Opens a connection; an emulator starts a moment later, so that listening comes first. */
export function openConnection(
  dialect: VendorDialect,
  source: ConnectionSource,
  deps: { log: Logger; bounds?: Partial<RequestBounds> | undefined },
): Connection {
  const stopping = new AbortController()
  const now: { state: ConnectionState; api?: VendorApi; own?: OwnEndpoint } = { state: 'starting' }
  const use = (endpoint: Endpoint) => {
    now.api = openVendorApi(dialect, endpoint, { ...DEFAULT_BOUNDS, ...deps.bounds })
    now.state = 'ready'
  }
  const start = async () => {
    if ('api' in source) return use(source.api)
    await sleep(START_DELAY_MS, undefined, { signal: stopping.signal })
    now.own = await source.emulator(stopping.signal)
    use(now.own)
  }
  const started = start().catch((error: unknown) => {
    now.state = 'unavailable'
    if (!stopping.signal.aborted) deps.log.error({ err: error, vendor: dialect.id }, 'emulator failed to start')
  })
  const settled = async () => {
    if (now.state === 'starting') await Promise.race([started, sleep(START_WAIT_MS, undefined, { ref: false })])
  }
  return {
    dialect,
    ...describe(source),
    state: () => now.state,
    settled,
    async call(request, call) {
      await settled()
      if (!now.api) throw notStarted(dialect, now.state)
      return now.api.call(request, call)
    },
    async close() {
      stopping.abort()
      await started
      await now.api?.close()
      await now.own?.close()
    },
  }
}

function describe(source: ConnectionSource): Pick<Connection, 'mode' | 'host' | 'instance'> {
  return 'api' in source
    ? { mode: 'api', host: new URL(source.api.baseUrl).host, instance: source.api.baseUrl }
    : { mode: 'emulator', host: 'loopback', instance: `emulator ${randomUUID()}` }
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
