/** Who wants to hear that a resource changed: legacy clients by session, modern ones by open stream; upstreams are asked for the union. */
import { setTimeout as sleep } from 'node:timers/promises'
import { GatewayError } from '../errors.ts'
import type { Gateway } from '../gateway.ts'
import { decideCall } from './decide.ts'
import type { Inbound } from './read.ts'
import { resolveResource } from './resolve.ts'
import type { View } from './view.ts'

/** URIs that one subscriber wants to hear of, with the upstream that owns each. */
export type Wanted = Map<string, string>

/** Most URIs of one session or stream. */
const MAX_URIS = 1_000
/** How long a subscriber waits for an upstream to be asked. */
const ASK_MS = 2_000

export class Subscriptions {
  readonly #sessions = new Map<number, Wanted>()
  readonly #streams = new Set<Wanted>()

  /** What a session has subscribed to. */
  ofSession(number: number): Wanted {
    return this.#sessions.get(number) ?? new Map()
  }

  /** Adds or removes one URI of a session. */
  set(number: number, uri: string, upstream: string | undefined): void {
    const wanted = this.ofSession(number)
    if (upstream === undefined) wanted.delete(uri)
    else if (wanted.size < MAX_URIS) wanted.set(uri, upstream)
    else throw new GatewayError('invalid_params', `Cannot subscribe: ${MAX_URIS} resources are subscribed already`)
    if (wanted.size === 0) this.#sessions.delete(number)
    else this.#sessions.set(number, wanted)
  }

  endSession(number: number): void {
    this.#sessions.delete(number)
  }

  addStream(wanted: Wanted): void {
    this.#streams.add(wanted)
  }

  /** @returns whether it had been added */
  removeStream(wanted: Wanted): boolean {
    return this.#streams.delete(wanted)
  }

  /** All URIs of one upstream that anybody wants to hear of. */
  of(upstream: string): Set<string> {
    const all = [...this.#sessions.values(), ...this.#streams]
    return new Set(all.flatMap((wanted) => [...wanted].filter(([, owner]) => owner === upstream).map(([uri]) => uri)))
  }
}

/**
 * The upstream of a resource that the caller may read.
 * @throws GatewayError unknown_resource | invalid_params
 */
export function ownerOf(uri: unknown, view: View): string {
  const target = resolveResource(uri, view)
  decideCall(target, view)
  return target.entry.upstream
}

/**
 * Serves `resources/subscribe` and `resources/unsubscribe` of a legacy session.
 * @throws GatewayError unknown_resource | invalid_params
 */
export async function subscribe({ message, session }: Inbound, on: { view: View; gateway: Gateway }): Promise<void> {
  if (!session)
    throw new GatewayError('invalid_params', 'Cannot subscribe: the request names no session that could be told')
  const isOn = message.method === 'resources/subscribe'
  const upstream = isOn ? ownerOf(message.params.uri, on.view) : undefined
  if (typeof message.params.uri !== 'string')
    throw new GatewayError('invalid_params', 'Cannot unsubscribe: params.uri must be a string')
  on.gateway.subscriptions.set(session.number, message.params.uri, upstream)
  await watchWanted(on.gateway)
}

/** Asks each upstream for exactly what is wanted of it now; waits for them, but not long. */
export async function watchWanted(gateway: Gateway): Promise<void> {
  const asked = [...gateway.upstreams].map(([id, upstream]) => upstream.watch(gateway.subscriptions.of(id)))
  await Promise.race([Promise.all(asked), sleep(ASK_MS, undefined, { ref: false })])
}
