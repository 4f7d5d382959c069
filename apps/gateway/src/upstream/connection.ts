/** What one live connection to an upstream can do, whatever its transport and era. */
import type { Era } from '../wire/revisions.ts'
import type { UpstreamAnswer } from './answer.ts'
import type { CallSignal } from './call-signal.ts'
import type { CallTimer } from './call-timer.ts'

/** What the upstream said of itself in `server/discover` or `initialize`. */
export interface UpstreamIdentity {
  era: Era
  name: string
  version: string
  /** The upstream's capabilities as it declared them. */
  capabilities: Readonly<Record<string, unknown>>
  instructions: string
}

/** One request toward an upstream. */
export interface UpstreamCall {
  method: string
  /** JSON text of `params`, in the shape the upstream's era wants. */
  params: string
  /** The agent's own id: modern HTTP passes it on, other transports mint theirs. */
  idText: string
  /** Headers beside the transport's own, in lower case; HTTP only. */
  headers: Readonly<Record<string, string>>
  /** Bearer token to present, if the upstream wants one. */
  credential: string | undefined
  /** Another credential in place of one that was refused, where there can be one. */
  renewCredential?: (() => string | undefined | Promise<string | undefined>) | undefined
  /** Which upstream session the call belongs to, where the upstream keeps sessions; concurrent calls that may be asked share none unless the agent has one. */
  sessionKey: string
  /** JSON text of the client capabilities that such a session declares. */
  capabilities: string
  /** The log severity that the agent asked for, where the upstream keeps it by session. */
  logLevel: string | undefined
  /** The progress token in `params`, as JSON text: how a shared pipe finds the call again. */
  progressToken: string | undefined
  /** The agent whose turn it takes when calls wait; absent for the gateway's own. */
  agent?: string
  signal: CallSignal
  /** Bound on the answer, in bytes. */
  maxBytes: number
  /** Times the call, for whom it matters. */
  timer?: CallTimer
  /** Called when the upstream asks something of the agent during this call; the answer is JSON text. */
  onRequest(ask: { method: string; params: string }): Promise<{ result: string } | { error: string }>
  /** Called with each notification that belongs to this call, as JSON text. */
  onNotification(text: string, method: string): void
}

/** URIs of resources that somebody wants to hear of, by caller. */
export type WatchedByCaller = ReadonlyMap<string, ReadonlySet<string>>

/** Called when a watched resource changed, with whom it is for; without, it is for every caller. */
export type ResourceListener = (uri: string, isFor?: (caller: string) => boolean) => void

export interface Connection {
  readonly identity: UpstreamIdentity
  /** Whether ids and progress tokens reach the upstream unchanged. */
  readonly passesIds: boolean
  /** @throws GatewayError upstream_* | result_too_large | call_cancelled */
  call(call: UpstreamCall): Promise<UpstreamAnswer>
  /** Called when the upstream says that a list changed, or may have said so unheard. */
  onListChanged: () => void
  /** Asks the upstream to tell when one of these resources changes; replaces what was asked before. Resolves once it was asked, whatever it says. */
  watch(uris: ReadonlySet<string>, byCaller: WatchedByCaller): Promise<void>
  onResourceUpdated: ResourceListener
  /** Resolves when the connection is of no more use, with the reason. */
  readonly ended: Promise<string>
  close(): Promise<void>
}
