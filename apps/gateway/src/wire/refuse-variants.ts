/** Refuses keys that another parser might take for a routing key, because that parser would run something else than was authorized. */
import { GatewayError } from '../errors.ts'
import type { Member } from './json-span.ts'

/** The keys that decide where a message goes and what it may do, by the object they stand in. */
const ROUTING_KEYS = {
  message: ['jsonrpc', 'id', 'method', 'params', 'result', 'error'],
  params: [
    'name',
    'uri',
    'arguments',
    '_meta',
    'taskId',
    'cursor',
    'ref',
    'requestState',
    'inputResponses',
    'protocolVersion',
  ],
  ref: ['type', 'name', 'uri'],
  _meta: [
    'progressToken',
    'io.modelcontextprotocol/protocolVersion',
    'io.modelcontextprotocol/clientCapabilities',
    'io.modelcontextprotocol/clientInfo',
  ],
} as const

const EXACT = Object.fromEntries(Object.entries(ROUTING_KEYS).map(([where, keys]) => [where, new Set<string>(keys)]))
const FOLDED = Object.fromEntries(
  Object.entries(ROUTING_KEYS).map(([where, keys]) => [where, new Set(keys.map(foldCase))]),
)

/**
 * Checks the keys of one object: a routing key must be spelled exactly, without escapes and in its own case.
 * @throws GatewayError invalid_request
 */
export function refuseVariants(members: readonly Member[], where: keyof typeof ROUTING_KEYS): void {
  for (const { key, isEscaped } of members) {
    const isVariant = EXACT[where]?.has(key) ? isEscaped : FOLDED[where]?.has(foldCase(key))
    if (isVariant) {
      throw new GatewayError(
        'invalid_request',
        `Cannot read the message: a variant spelling of the key ${JSON.stringify(key)} in ${where}`,
      )
    }
  }
}

/** A key as parsers compare it that ignore case: in both directions, because they also take the long s for an s and the Kelvin sign for a k. */
export function foldCase(key: string): string {
  return key.replaceAll('İ', 'i').toUpperCase().toLowerCase()
}
