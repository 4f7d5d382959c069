/** The gateway: everything is wired here, and the parts know each other only through this. */
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { createSealer, type Sealer } from '@causeway/shared-contracts/sealer'
import type { Logger } from 'pino'
import { type Approvals, createApprovals } from './approval/approvals.ts'
import { type Audit, createAudit } from './audit/audit.ts'
import type { AuditFiles } from './audit/audit-files.ts'
import { CatalogHolder } from './catalog/catalog.ts'
import { createFactsFile } from './catalog/facts-file.ts'
import { createConditionReport } from './condition-report.ts'
import { isLoopbackHost } from './config/loopback.ts'
import type { Config } from './config/schema.ts'
import { OAuthTokens } from './credentials/oauth-tokens.ts'
import { createOwnCredentials } from './credentials/own-credentials.ts'
import type { AccessTokens } from './identity/access-tokens.ts'
import { type Authenticator, createAuthenticator } from './identity/authenticate.ts'
import { type CallTokenSigner, createCallTokenSigner } from './identity/call-token.ts'
import type { ProtectedResource } from './identity/protected-resource.ts'
import { createSessionSealer, type SessionSealer } from './identity/session-seal.ts'
import { type Admission, Limits } from './limit/limits.ts'
import { Metrics } from './observe/metrics.ts'
import { Tracing } from './observe/tracing.ts'
import { compilePolicy, type Policy } from './policy/compile.ts'
import { withStoredRules } from './policy/with-stored-rules.ts'
import { PendingAsks } from './request/asks/asks.ts'
import type { ParkedCall } from './request/asks/forward-parked.ts'
import { ParkedRuns } from './request/asks/parked-runs.ts'
import { createEdge, type Edge } from './request/edge.ts'
import { HeardLists } from './request/streams/heard-lists.ts'
import type { OpenStream } from './request/streams/open-stream.ts'
import { createStreamCheck } from './request/streams/stream-check.ts'
import { watchWanted } from './request/streams/subscribe.ts'
import { Subscriptions } from './request/streams/subscriptions.ts'
import { TaskIds } from './request/targets/task-ids.ts'
import { ResultChecker } from './result-schema/result-checker.ts'
import { createSignIn } from './sign-in.ts'
import type { Store } from './store/open-store.ts'
import type { Upstream } from './upstream/upstream.ts'
import { UpstreamLines } from './upstream-lines.ts'
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
  /** `undefined` where no issuer is configured. */
  readonly accessTokens: AccessTokens | undefined
  readonly resource: ProtectedResource
  readonly sessions: SessionSealer
  readonly callTokens: CallTokenSigner
  readonly oauthTokens: OAuthTokens
  readonly cursors: Sealer
  readonly edge: Edge
  readonly limits: Limits
  readonly resultChecker: ResultChecker
  readonly admission: Admission
  readonly metrics: Metrics
  readonly tracing: Tracing
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
  readonly audit: Audit
  /** Calls that wait for a person. */
  readonly approvals: Approvals
  /** Seals the request state of those calls. */
  readonly approvalStates: Sealer
  readonly log: Logger
  isDraining: boolean
  /** Whether what it keeps can be read, and what it records be written. */
  stores(): Record<'sqlite' | 'audit', { ok: boolean }>
  /** Whether a request to the public listener carries an admin token, which is good there for one look at `/readyz`. */
  isAdmin(request: IncomingMessage): boolean
}

/** A gateway with its life. */
export interface RunningGateway extends Gateway {
  /** Puts another configuration in force; upstreams that it does not change are left alone. */
  apply(config: Config): void
  /** Calls `listener` with each upstream whose state is another. @returns the function that ends it */
  onUpstreamState(listener: (upstream: Upstream) => void): () => void
  /** Lists an upstream's definitions now. @returns whether there is such an upstream */
  refresh(upstream: string): boolean
  /** Replaces an upstream's connection, or its child; calls under way end on the old one. @returns whether there is such an upstream */
  restart(upstream: string): boolean
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
  /** Where audit records go; the disk by default. */
  auditFiles?: AuditFiles
}

/** Wires the parts and starts the catalog lines. Nothing here waits for an upstream. */
export function createGateway({ config, store, publicUrl, localUrl, log, auditFiles }: GatewayParts): RunningGateway {
  const names = store.deriveKey(`gateway-names/${store.installation}`)
  const via = createVia(names)
  const origin = pseudonym(names, 'origin')
  const catalog = new CatalogHolder(origin)
  const callTokens = createCallTokenSigner(store, { issuer: publicUrl })
  const oauthTokens = new OAuthTokens({ callTokens, log })
  const streams = new Set<OpenStream>()
  const factsFile = createFactsFile(join(store.dataDir, 'catalog.json'), catalog, log)
  const checkStreams = createStreamCheck(streams)
  const subscriptions = new Subscriptions(store.sessionSubscriptions)
  const stateListeners = new Set<(upstream: Upstream) => void>()
  let approvals = store.pins.approvals()
  let policyVersion = store.policyVersions.newest()
  const policyOf = (of: Config) => compilePolicy(withStoredRules(of, store))
  const onStoreChange = () => {
    if (approvals !== store.pins.approvals()) lines.republish()
    approvals = store.pins.approvals()
    if (policyVersion !== store.policyVersions.newest()) {
      policyVersion = store.policyVersions.newest()
      Object.assign(gateway, { live: { config: gateway.live.config, policy: policyOf(gateway.live.config) } })
      reportConditions()
    }
    if (subscriptions.refresh()) void watchWanted(gateway)
    checkStreams()
  }
  const tellOfConditions = createConditionReport(log)
  const reportConditions = () => tellOfConditions(gateway.live.policy, catalog.current)
  const stopWatching = [
    catalog.onSwap(reportConditions),
    catalog.onSwap(checkStreams),
    catalog.onSwap(factsFile.write),
    store.onChange(onStoreChange),
  ]

  const lines = new UpstreamLines({
    catalog,
    origin,
    store,
    log,
    dataDir: store.dataDir,
    facts: { issuer: publicUrl, jwksUrl: `${localUrl}/.well-known/jwks.json` },
    via: via.own,
    ...createOwnCredentials(callTokens, oauthTokens),
    onStart(upstream) {
      upstream.onState = (changed) => {
        for (const listener of stateListeners) listener(changed)
      }
      upstream.onResourceUpdated = (uri, isFor = () => true) => {
        const update = { uri, upstream: upstream.id }
        subscriptions.updated(update, isFor)
        for (const stream of streams) if (isFor(stream.caller)) stream.updated(update)
      }
    },
  })
  const limits = new Limits(config)
  const signIn = createSignIn({ store, publicUrl, log })
  const gateway: RunningGateway = {
    live: { config, policy: policyOf(config) },
    catalog,
    upstreams: lines.upstreams,
    authenticator: authenticatorOf(config, store),
    ...signIn(config),
    sessions: endingStreams(createSessionSealer(store), streams),
    callTokens,
    oauthTokens,
    cursors: createSealer(store.deriveKey('cursor'), 'cursor'),
    edge: edgeOf(config, publicUrl, via),
    limits,
    resultChecker: new ResultChecker(),
    admission: limits.admission,
    metrics: new Metrics(),
    tracing: new Tracing(log),
    streams,
    subscriptions,
    heard: new HeardLists(store),
    cancellable: new Map(),
    asks: new PendingAsks(),
    parked: new ParkedRuns(createSealer(store.deriveKey('parked'), 'parked')),
    taskIds: new TaskIds(store.deriveKey('task-id')),
    states: createSealer(store.deriveKey('request-state'), 'request-state'),
    audit: createAudit({ config: config.audit, store, log, ...(auditFiles ? { files: auditFiles } : {}) }),
    approvals: createApprovals(store),
    approvalStates: createSealer(store.deriveKey('approval-state'), 'approval-state'),
    log,
    isDraining: false,
    stores: () => ({ sqlite: { ok: store.isReadable() }, audit: { ok: gateway.audit.isWriting } }),
    isAdmin: () => false,
    apply(next) {
      const before = gateway.authenticator
      Object.assign(gateway, {
        live: { config: next, policy: policyOf(next) },
        edge: edgeOf(next, publicUrl, via),
        authenticator: authenticatorOf(next, store),
        ...signIn(next),
      })
      before.close()
      gateway.audit.configure(next.audit)
      limits.apply(next)
      gateway.tracing.apply(next.telemetry)
      lines.apply(next)
      reportConditions()
      void watchWanted(gateway)
      checkStreams()
    },
    onUpstreamState(listener) {
      stateListeners.add(listener)
      return () => stateListeners.delete(listener)
    },
    refresh: (upstream) => lines.refresh(upstream),
    restart: (upstream) => lines.restart(upstream),
    drain() {
      gateway.isDraining = true
      for (const stream of streams) stream.end()
      // Nobody can answer any more, and what waits for a person must not hold up the end.
      gateway.asks.refuseAll('the gateway is ending')
      gateway.parked.expireAll()
    },
    async close() {
      for (const stop of stopWatching) stop()
      await lines.close()
      await factsFile.close()
      await gateway.resultChecker.close()
      gateway.heard.flush()
      gateway.approvals.close()
      gateway.authenticator.close()
      await gateway.audit.close()
      await gateway.tracing.close()
    },
  }
  subscriptions.onLetGo = () => void watchWanted(gateway)
  gateway.tracing.apply(config.telemetry)
  lines.apply(config)
  return gateway
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
