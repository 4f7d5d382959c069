/** `resources/subscribe` and `resources/unsubscribe` of legacy sessions, and telling each upstream what is wanted of it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { GatewayError } from '../../errors.ts'
import type { Gateway } from '../../gateway.ts'
import { decideTarget } from '../decide.ts'
import type { Inbound } from '../read.ts'
import { resolveResource } from '../targets/resolve-resource.ts'
import type { View } from '../view.ts'

/** Longest URI that is kept with a session, in characters. */
const MAX_URI_CHARACTERS = 2_048
/** How long a subscriber waits for an upstream to be asked. */
const ASK_MS = 2_000

/**
 * Serves both requests.
 * @throws GatewayError unknown_resource | invalid_params | too_many_subscriptions
 */
export async function subscribe({ message, session }: Inbound, on: { view: View; gateway: Gateway }): Promise<void> {
  if (!session)
    throw new GatewayError('invalid_params', 'Cannot subscribe: the request names no session that could be told')
  const { uri } = message.params
  const isOn = message.method === 'resources/subscribe'
  const upstream = isOn ? ownerOf(uri, on.view) : undefined
  if (typeof uri !== 'string')
    throw new GatewayError('invalid_params', 'Cannot unsubscribe: params.uri must be a string')
  if (uri.length > MAX_URI_CHARACTERS)
    throw new GatewayError(
      'invalid_params',
      `Cannot subscribe: params.uri is longer than ${MAX_URI_CHARACTERS} characters`,
    )
  on.gateway.subscriptions.set(session, uri, upstream)
  await watchWanted(on.gateway)
}

/**
 * The upstream of a resource that the caller may read.
 * @throws GatewayError unknown_resource | invalid_params
 */
export function ownerOf(uri: unknown, view: View): string {
  const target = resolveResource(uri, view)
  decideTarget(target, view)
  return target.entry.upstream
}

/** Asks each upstream for exactly what is wanted of it now; waits for them, but not long. */
export async function watchWanted(gateway: Gateway): Promise<void> {
  const asked = [...gateway.upstreams].map(([id, upstream]) => upstream.watch(gateway.subscriptions.of(id)))
  await Promise.race([Promise.all(asked), sleep(ASK_MS, undefined, { ref: false })])
}
