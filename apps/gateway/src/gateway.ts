/** What a gateway is, for whatever serves its requests; create-gateway.ts makes one. */
import type { IncomingMessage } from 'node:http'
import type { Sealer } from '@causeway/shared-contracts/sealer'
import type { Logger } from 'pino'
import type { Approvals } from './approval/approvals.ts'
import type { Audit } from './audit/audit.ts'
import type { CatalogHolder } from './catalog/catalog.ts'
import type { Config } from './config/schema.ts'
import type { OAuthTokens } from './credentials/oauth-tokens.ts'
import type { AccessTokens } from './identity/access-tokens.ts'
import type { Authenticator } from './identity/authenticate.ts'
import type { CallTokenSigner } from './identity/call-token.ts'
import type { ProtectedResource } from './identity/protected-resource.ts'
import type { SessionSealer } from './identity/session-seal.ts'
import type { Admission, Limits } from './limit/limits.ts'
import type { Metrics } from './observe/metrics.ts'
import type { Tracing } from './observe/tracing.ts'
import type { Policy } from './policy/compile.ts'
import type { PendingAsks } from './request/asks/asks.ts'
import type { ParkedCall } from './request/asks/forward-parked.ts'
import type { ParkedRuns } from './request/asks/parked-runs.ts'
import type { Edge } from './request/edge.ts'
import type { HeardLists } from './request/streams/heard-lists.ts'
import type { OpenStream } from './request/streams/open-stream.ts'
import type { Subscriptions } from './request/streams/subscriptions.ts'
import type { TaskIds } from './request/targets/task-ids.ts'
import type { ResultChecker } from './result-schema/result-checker.ts'
import type { Upstream } from './upstream/upstream.ts'

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
  /** Seals what agents hand on from turn to turn. */
  readonly contexts: Sealer
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
