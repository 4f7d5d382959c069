/** The gateway: everything is wired here, and the parts know each other only through this. */
import { join } from 'node:path'
import { createSealer, type Sealer } from '@causeway/shared-contracts/sealer'
import type { Logger } from 'pino'
import { CatalogHolder } from './catalog/catalog.ts'
import { createFactsFile } from './catalog/facts-file.ts'
import type { RunningLine } from './catalog/pipeline.ts'
import { createSnapshotFile } from './catalog/snapshot.ts'
import { isLoopbackHost } from './config/loopback.ts'
import type { Config, UpstreamConfig } from './config/schema.ts'
import { type Authenticator, createAuthenticator } from './identity/authenticate.ts'
import { type CallTokenSigner, createCallTokenSigner } from './identity/call-token.ts'
import { createSessionSealer, type SessionSealer } from './identity/session-seal.ts'
import { compilePolicy, type Policy } from './policy/compile.ts'
import type { Admission } from './request/admit.ts'
import { PendingAsks } from './request/asks.ts'
import { createEdge, type Edge } from './request/edge.ts'
import type { ParkedCall } from './request/forward-parked.ts'
import { HeardLists } from './request/heard-lists.ts'
import type { OpenStream } from './request/open-stream.ts'
import { ParkedRuns } from './request/parked-runs.ts'
import { watchWanted } from './request/subscribe.ts'
import { Subscriptions } from './request/subscriptions.ts'
import { TaskIds } from './request/task-ids.ts'
import { runLineAfter } from './run-line-after.ts'
import type { Store } from './store/open-store.ts'
import { Upstream } from './upstream/upstream.ts'
import { createVia, pseudonym, type Via } from './wire/via.ts'

/** What a reload swaps as one. */
export interface Live {
  config: Config
  policy: Policy
}

/** What line 1 reads. */
export interface Gateway {
  readonly live: Live
  readonly catalog: CatalogHolder
  readonly upstreams: ReadonlyMap<string, Upstream>
  readonly authenticator: Authenticator
  readonly sessions: SessionSealer
  readonly callTokens: CallTokenSigner
  readonly cursors: Sealer
  readonly edge: Edge
  readonly admission: Admission
  readonly streams: Set<OpenStream>
  readonly subscriptions: Subscriptions
  readonly heard: HeardLists
  /** Calls that a legacy client may still cancel, by caller, session and id. */
  readonly cancellable: Map<string, () => void>
  /** Asks of upstreams that legacy clients have not answered yet. */
  readonly asks: PendingAsks
  /** Calls of modern clients that wait between two requests. */
  readonly parked: ParkedRuns<ParkedCall>
  readonly taskIds: TaskIds
  /** Seals the request state of upstreams. */
  readonly states: Sealer
  readonly log: Logger
  isDraining: boolean
}

/** A gateway with its life. */
export interface RunningGateway extends Gateway {
  /** Puts another configuration in force; upstreams that it does not change are left alone. */
  apply(config: Config): void
  /** Ends open streams and refuses to be ready; calls go on. */
  drain(): void
  close(): Promise<void>
}

/** What the gateway is made from. */
export interface GatewayParts {
  config: Config
  store: Store
  /** Canonical URL, once the listener knows its port. */
  publicUrl: string
  /** URL on this machine, where children reach the published keys. */
  localUrl: string
  log: Logger
}

const SERVICE_CALLER = { agent: 'causeway', roles: [], scopes: [] }
/** Streams are told of a change a little apart, so that ten thousand clients do not list at once. */
const CHECK_JITTER_MS = 50

/** Wires the parts and starts the catalog lines. Nothing here waits for an upstream. */
export function createGateway({ config, store, publicUrl, localUrl, log }: GatewayParts): RunningGateway {
  const names = store.deriveKey(`gateway-names/${store.installation}`)
  const via = createVia(names)
  const origin = pseudonym(names, 'origin')
  const catalog = new CatalogHolder(origin)
  const upstreams = new Map<string, Upstream>()
  const lines = new Map<string, { running: RunningLine; fingerprint: string }>()
  const ending = new Map<string, Promise<void>>()
  const callTokens = createCallTokenSigner(store, { issuer: publicUrl })
  const streams = new Set<OpenStream>()
  const facts = { issuer: publicUrl, jwksUrl: `${localUrl}/.well-known/jwks.json` }
  const factsFile = createFactsFile(join(store.dataDir, 'catalog.json'), catalog, log)
  const checkStreams = createStreamCheck(streams)
  const subscriptions = new Subscriptions(store.sessionSubscriptions)
  const onStoreChange = () => {
    if (subscriptions.refresh()) void watchWanted(gateway)
    checkStreams()
  }
  const stopWatching = [catalog.onSwap(checkStreams), catalog.onSwap(factsFile.write), store.onChange(onStoreChange)]

  const startLine = (id: string, upstreamConfig: UpstreamConfig): void => {
    const upstream = new Upstream(id, upstreamConfig)
    const credential = async () =>
      upstreamConfig.auth.mode === 'gateway' ? callTokens.tokenFor(SERVICE_CALLER, id) : bearerOf(upstreamConfig)
    upstreams.set(id, upstream)
    upstream.onResourceUpdated = (uri, isFor = () => true) => {
      subscriptions.updated(uri, isFor)
      for (const stream of streams) if (isFor(stream.caller)) stream.updated(uri)
    }
    const running = runLineAfter(ending.get(id), {
      upstream,
      holder: catalog,
      snapshots: createSnapshotFile(store.dataDir, id, upstreamConfig),
      log,
      origin,
      open: {
        id,
        config: upstreamConfig,
        dataDir: store.dataDir,
        facts,
        via: via.own,
        credential,
        log: log.child({ upstream: id }),
      },
    })
    lines.set(id, { running, fingerprint: fingerprintOf(upstreamConfig) })
  }
  const stopLine = (id: string): Promise<void> => {
    const line = lines.get(id)
    lines.delete(id)
    upstreams.delete(id)
    const end = (line?.running.stop() ?? Promise.resolve()).finally(() => {
      if (ending.get(id) === end) ending.delete(id)
    })
    ending.set(id, end)
    return end
  }

  const gateway: RunningGateway = {
    live: { config, policy: compilePolicy(config) },
    catalog,
    upstreams,
    authenticator: authenticatorOf(config, store),
    sessions: endingStreams(createSessionSealer(store), streams),
    callTokens,
    cursors: createSealer(store.deriveKey('cursor'), 'cursor'),
    edge: edgeOf(config, publicUrl, via),
    admission: { inFlight: 0, max: config.limits.global.concurrency },
    streams,
    subscriptions,
    heard: new HeardLists(store),
    cancellable: new Map(),
    asks: new PendingAsks(),
    parked: new ParkedRuns(createSealer(store.deriveKey('parked'), 'parked')),
    taskIds: new TaskIds(store.deriveKey('task-id')),
    states: createSealer(store.deriveKey('request-state'), 'request-state'),
    log,
    isDraining: false,
    apply(next) {
      const before = gateway.authenticator
      Object.assign(gateway, {
        live: { config: next, policy: compilePolicy(next) },
        edge: edgeOf(next, publicUrl, via),
        authenticator: authenticatorOf(next, store),
      })
      before.close()
      gateway.admission.max = next.limits.global.concurrency
      const wanted = enabledUpstreams(next)
      for (const [id, line] of lines) {
        const upstreamConfig = wanted.get(id)
        if (!upstreamConfig || fingerprintOf(upstreamConfig) !== line.fingerprint) void stopLine(id)
      }
      // Without those of changed upstreams: facts that other settings gave must not decide any more.
      catalog.arrange([...wanted.keys()].filter((id) => lines.has(id)))
      catalog.arrange([...wanted.keys()])
      for (const [id, upstreamConfig] of wanted) if (!lines.has(id)) startLine(id, upstreamConfig)
      checkStreams()
    },
    drain() {
      gateway.isDraining = true
      for (const stream of streams) stream.end()
      // Nobody can answer any more, and what waits for a person must not hold up the end.
      gateway.asks.refuseAll('the gateway is ending')
      gateway.parked.expireAll()
    },
    async close() {
      for (const stop of stopWatching) stop()
      await Promise.all([...ending.values(), ...[...lines.keys()].map(stopLine)])
      await factsFile.close()
      gateway.heard.flush()
      gateway.authenticator.close()
    },
  }
  subscriptions.onLetGo = () => void watchWanted(gateway)
  catalog.arrange([...enabledUpstreams(config).keys()])
  for (const [id, upstreamConfig] of enabledUpstreams(config)) startLine(id, upstreamConfig)
  return gateway
}

function enabledUpstreams(config: Config): Map<string, UpstreamConfig> {
  return new Map(Object.entries(config.upstreams).filter(([, upstream]) => upstream.enabled))
}

// Secrets print as dots, so they are compared by what they hold.
function fingerprintOf(config: UpstreamConfig): string {
  return JSON.stringify([
    config,
    Object.values(config.env).map((value) => value.reveal()),
    Object.values(config.headers).map((value) => value.reveal()),
    bearerOf(config),
  ])
}

function bearerOf({ auth }: UpstreamConfig): string | undefined {
  return auth.mode === 'bearer' ? auth.token.reveal() : undefined
}

function authenticatorOf(config: Config, store: Store): Authenticator {
  const { anonymous } = config.auth
  return createAuthenticator({ store, ...(anonymous ? { anonymousAgent: anonymous } : {}) })
}

function edgeOf(config: Config, publicUrl: string, via: Via): Edge {
  return createEdge({
    publicUrl,
    isLoopback: isLoopbackHost(config.listen.host),
    allowedHosts: config.allowedHosts,
    allowedOrigins: config.allowedOrigins,
    via,
  })
}

function endingStreams(sessions: SessionSealer, streams: ReadonlySet<OpenStream>): SessionSealer {
  return {
    ...sessions,
    end(number) {
      sessions.end(number)
      for (const stream of streams) if (stream.session === number) stream.end()
    },
  }
}

function createStreamCheck(streams: ReadonlySet<OpenStream>): () => void {
  let isPending = false
  const check = () => {
    isPending = false
    for (const stream of streams) stream.check()
  }
  return () => {
    if (isPending) return
    isPending = true
    setTimeout(check, Math.random() * CHECK_JITTER_MS)
  }
}
