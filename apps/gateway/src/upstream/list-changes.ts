/** How an upstream tells that its lists or resources changed, and how a modern one is asked to. */
import { isObject } from '../wire/envelope.ts'
import { GATEWAY_META } from './handshake.ts'

const METHODS: ReadonlySet<unknown> = new Set([
  'notifications/tools/list_changed',
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
])

/** Whether a notification of this method says that a list changed. */
export function isListChange(method: unknown): boolean {
  return METHODS.has(method)
}

/** The URI of a `notifications/resources/updated`, or `undefined` for any other message. */
export function updatedUri({ method, params }: Readonly<Record<string, unknown>>): string | undefined {
  if (method !== 'notifications/resources/updated' || !isObject(params)) return undefined
  return typeof params.uri === 'string' ? params.uri : undefined
}

/** `params` of a `subscriptions/listen` for these resources. */
export function watchParams(uris: ReadonlySet<string>): string {
  return `{"notifications":{"resourceSubscriptions":${JSON.stringify([...uris])}},"_meta":${GATEWAY_META}}`
}

/** `params` of a `subscriptions/listen` for all list changes that the upstream offers to tell, or `undefined` when it offers none. */
export function listenParams(capabilities: Readonly<Record<string, unknown>>): string | undefined {
  const kinds = ['tools', 'prompts', 'resources'].filter((kind) => {
    const capability = capabilities[kind]
    return isObject(capability) && capability.listChanged === true
  })
  if (kinds.length === 0) return undefined
  const filter = Object.fromEntries(kinds.map((kind) => [`${kind}ListChanged`, true]))
  return `{"notifications":${JSON.stringify(filter)},"_meta":${GATEWAY_META}}`
}
