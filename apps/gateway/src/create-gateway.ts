/** The gateway: everything is wired here, and the parts know each other only through this. */
import { join } from 'node:path'
import { createSealer } from '@causeway/shared-contracts/sealer'
import type { Logger } from 'pino'
import { createApprovals } from './approval/approvals.ts'
import { createAudit } from './audit/audit.ts'
import type { AuditFiles } from './audit/audit-files.ts'
import { CatalogHolder } from './catalog/catalog.ts'
import { createFactsFile } from './catalog/facts-file.ts'
import { createConditionReport } from './condition-report.ts'
import { isLoopbackHost } from './config/loopback.ts'
import type { Config } from './config/schema.ts'
import { OAuthTokens } from './credentials/oauth-tokens.ts'
import { createOwnCredentials } from './credentials/own-credentials.ts'
import type { Gateway, Live, RunningGateway } from './gateway.ts'
import { createAuthenticator } from './identity/authenticate.ts'
import { createCallTokenSigner } from './identity/call-token.ts'
import { createSessionSealer, type SessionSealer } from './identity/session-seal.ts'
import { Limits } from './limit/limits.ts'
import { Metrics } from './observe/metrics.ts'
import { Tracing } from './observe/tracing.ts'
import { compilePolicy } from './policy/compile.ts'
import { withStoredRules } from './policy/with-stored-rules.ts'
import { PendingAsks } from './request/asks/asks.ts'
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

type StateListeners = Set<(upstream: Upstream) => void>
/** What a reload swaps, and what it does not. */
type Configured = Pick<Gateway, 'live' | 'edge' | 'authenticator' | 'accessTokens' | 'resource'>
type Kept = ReturnType<typeof keptParts>

/** Wires the parts and starts the catalog lines. Nothing here waits for an upstream. */
export function createGateway(parts: GatewayParts): RunningGateway {
  const { config, store } = parts
  const names = store.deriveKey(`gateway-names/${store.installation}`)
  const via = createVia(names)
  const origin = pseudonym(names, 'origin')
  const kept = keptParts(parts, origin)
  const configuredBy = createConfigured(parts, via)
  const stateListeners: StateListeners = new Set()
  const lines = createLines(parts, kept, { via, origin, stateListeners })
  const gateway: RunningGateway = {
    ...kept,
    ...configuredBy(config),
    upstreams: lines.upstreams,
    isDraining: false,
    stores: () => ({ sqlite: { ok: store.isReadable() }, audit: { ok: kept.audit.isWriting } }),
    isAdmin: () => false,
    apply(next) {
      const before = gateway.authenticator
      Object.assign(gateway, configuredBy(next))
      before.close()
      applyToKept(kept, next)
      lines.apply(next)
      changes.follow()
    },
    onUpstreamState(listener) {
      stateListeners.add(listener)
      return () => stateListeners.delete(listener)
    },
    refresh: (upstream) => lines.refresh(upstream),
    restart: (upstream) => lines.restart(upstream),
    drain: () => drain(gateway),
    async close() {
      changes.stop()
      await lines.close()
      await closeParts(gateway, changes)
    },
  }
  const changes = followChanges(gateway, parts, lines)
  kept.subscriptions.onLetGo = () => void watchWanted(gateway)
  kept.tracing.apply(config.telemetry)
  lines.apply(config)
  return gateway
}

/** The parts that outlive every reload. */
function keptParts({ config, store, publicUrl, log, auditFiles }: GatewayParts, origin: string) {
  const callTokens = createCallTokenSigner(store, { issuer: publicUrl })
  const streams = new Set<OpenStream>()
  const limits = new Limits(config)
  const sealer = (purpose: string) => createSealer(store.deriveKey(purpose), purpose)
  return {
    catalog: new CatalogHolder(origin),
    sessions: endingStreams(createSessionSealer(store), streams),
    callTokens,
    oauthTokens: new OAuthTokens({ callTokens, log }),
    cursors: sealer('cursor'),
    limits,
    resultChecker: new ResultChecker(),
    admission: limits.admission,
    metrics: new Metrics(),
    tracing: new Tracing(log),
    streams,
    subscriptions: new Subscriptions(store.sessionSubscriptions),
    heard: new HeardLists(store),
    cancellable: new Map<string, () => void>(),
    asks: new PendingAsks(),
    parked: new ParkedRuns(sealer('parked')) as Gateway['parked'],
    taskIds: new TaskIds(store.deriveKey('task-id')),
    states: sealer('request-state'),
    audit: createAudit({ config: config.audit, store, log, ...(auditFiles ? { files: auditFiles } : {}) }),
    approvals: createApprovals(store),
    approvalStates: sealer('approval-state'),
    contexts: sealer('context'),
    log,
  }
}

function applyToKept({ audit, limits, tracing }: Kept, next: Config): void {
  audit.configure(next.audit)
  limits.apply(next)
  tracing.apply(next.telemetry)
}

function createConfigured({ store, publicUrl, log }: GatewayParts, via: Via): (config: Config) => Configured {
  const signIn = createSignIn({ store, publicUrl, log })
  return (config) => ({
    live: liveOf(config, store),
    edge: edgeOf(config, publicUrl, via),
    authenticator: createAuthenticator({
      store,
      ...(config.auth.anonymous ? { anonymousAgent: config.auth.anonymous } : {}),
    }),
    ...signIn(config),
  })
}

function liveOf(config: Config, store: Store): Live {
  return { config, policy: compilePolicy(withStoredRules(config, store)) }
}

function createLines(
  { store, log, publicUrl, localUrl }: GatewayParts,
  { catalog, callTokens, oauthTokens, subscriptions, streams }: Kept,
  { via, origin, stateListeners }: { via: Via; origin: string; stateListeners: StateListeners },
): UpstreamLines {
  return new UpstreamLines({
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
}

interface Changes {
  /** Brings everything in agreement with a configuration that has just come into force. */
  follow(): void
  stop(): void
  /** Waits until the last of it is written. */
  close(): Promise<void>
}

/** Lets what the gateway serves follow its catalog and its store. */
function followChanges(gateway: RunningGateway, { store, log }: GatewayParts, lines: UpstreamLines): Changes {
  const { catalog, subscriptions } = gateway
  const factsFile = createFactsFile(join(store.dataDir, 'catalog.json'), catalog, log)
  const checkStreams = createStreamCheck(gateway.streams)
  const tellOfConditions = createConditionReport(log)
  const reportConditions = () => tellOfConditions(gateway.live.policy, catalog.current)
  let approvals = store.pins.approvals()
  let policyVersion = store.policyVersions.newest()
  const onStoreChange = () => {
    if (approvals !== store.pins.approvals()) lines.republish()
    approvals = store.pins.approvals()
    if (policyVersion !== store.policyVersions.newest()) {
      policyVersion = store.policyVersions.newest()
      Object.assign(gateway, { live: liveOf(gateway.live.config, store) })
      reportConditions()
    }
    if (subscriptions.refresh()) void watchWanted(gateway)
    checkStreams()
  }
  const stops = [
    catalog.onSwap(reportConditions),
    catalog.onSwap(checkStreams),
    catalog.onSwap(factsFile.write),
    store.onChange(onStoreChange),
  ]
  return {
    follow() {
      reportConditions()
      void watchWanted(gateway)
      checkStreams()
    },
    stop() {
      for (const stop of stops) stop()
    },
    close: factsFile.close,
  }
}

function drain(gateway: RunningGateway): void {
  gateway.isDraining = true
  for (const stream of gateway.streams) stream.end()
  // Nobody can answer any more, and what waits for a person must not hold up the end.
  gateway.asks.refuseAll('the gateway is ending')
  gateway.parked.expireAll()
}

async function closeParts(gateway: RunningGateway, changes: Changes): Promise<void> {
  await changes.close()
  await gateway.resultChecker.close()
  gateway.heard.flush()
  gateway.approvals.close()
  gateway.authenticator.close()
  await gateway.audit.close()
  await gateway.tracing.close()
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
