/** Bytes of a body → one JSON-RPC message whose every routing field has exactly one reading, with the spans needed to change it in place. */
import { isUtf8 } from 'node:buffer'
import { GatewayError } from '../errors.ts'
import type { Member } from './json-span.ts'
import { refuseVariants } from './refuse-variants.ts'
import { type RoutingMembers, strictScan } from './strict-scan.ts'

/** Longest JSON-RPC id that is accepted, in characters of JSON text. */
export const MAX_ID_CHARACTERS = 256

/** A parsed message and the text it was parsed from. */
export interface Envelope {
  text: string
  kind: 'request' | 'notification' | 'response'
  /** The id exactly as it was written, or `null` for a notification. */
  idText: string | null
  /** Empty for a response. */
  method: string
  params: Readonly<Record<string, unknown>>
  /** `params._meta`, or an empty object. */
  meta: Readonly<Record<string, unknown>>
  paramMembers: readonly Member[]
  metaMembers: readonly Member[]
}

/**
 * Parses a body (basic specification, "Messages"; one message, UTF-8, no BOM).
 * @throws GatewayError parse_error | invalid_request
 */
export function parseEnvelope(bytes: Buffer): Envelope {
  if (!isUtf8(bytes)) throw new GatewayError('parse_error', 'Cannot read the body: not UTF-8')
  const text = bytes.toString('utf8')
  const found: RoutingMembers = { message: [], params: [], meta: [], ref: [] }
  const message = parseStrict(text, found)
  refuseVariants(found.message, 'message')
  const params = objectOf(message.params, 'params')
  refuseVariants(found.params, 'params')
  refuseVariants(found.meta, '_meta')
  refuseVariants(found.ref, 'ref')
  refuseIllFormed(message.method, params)
  const meta = objectOf(params._meta, 'params._meta')
  if (!['undefined', 'string', 'number'].includes(typeof meta.progressToken))
    throw new GatewayError('invalid_request', 'Cannot read the message: progressToken must be a string or a number')
  return {
    text,
    kind: kindOf(message),
    idText: idTextOf(text, found.message, message),
    method: typeof message.method === 'string' ? message.method : '',
    params,
    meta,
    paramMembers: found.params,
    metaMembers: found.meta,
  }
}

/** Whether a parsed JSON value is an object that is neither `null` nor an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parseStrict(text: string, found: RoutingMembers): Record<string, unknown> {
  if (text.charCodeAt(0) === 0xfeff)
    throw new GatewayError('parse_error', 'Cannot read the body: it starts with a byte order mark')
  const fault = strictScan(text, found)
  if (fault?.fault === 'too-deep')
    throw new GatewayError('invalid_request', 'Cannot read the message: nested deeper than 64 levels')
  if (fault?.fault === 'duplicate-key') {
    throw new GatewayError(
      'invalid_request',
      `Cannot read the message: the key ${JSON.stringify(fault.key.slice(0, 64))} stands twice in one object`,
    )
  }
  if (fault?.fault === 'ill-formed-key')
    throw new GatewayError('invalid_request', 'Cannot read the message: a key holds half of a surrogate pair')
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch (cause) {
    throw new GatewayError('parse_error', 'Cannot read the body: not JSON', { cause })
  }
  if (Array.isArray(message))
    throw new GatewayError('invalid_request', 'Cannot read the message: batches are not served')
  if (!isObject(message) || message.jsonrpc !== '2.0')
    throw new GatewayError('invalid_request', 'Cannot read the message: not JSON-RPC 2.0')
  return message
}

function kindOf(message: Record<string, unknown>): Envelope['kind'] {
  const isAnswer = 'result' in message || 'error' in message
  if ('method' in message) {
    if (typeof message.method !== 'string' || isAnswer)
      throw new GatewayError('invalid_request', 'Cannot read the message: neither a request nor a response')
    return 'id' in message ? 'request' : 'notification'
  }
  if (!isAnswer || !('id' in message))
    throw new GatewayError('invalid_request', 'Cannot read the message: it has no method')
  return 'response'
}

function idTextOf(text: string, top: readonly Member[], message: Record<string, unknown>): string | null {
  const member = top.find((each) => each.key === 'id')
  if (!member) return null
  if (typeof message.id !== 'string' && typeof message.id !== 'number') {
    throw new GatewayError('invalid_request', 'Cannot read the message: the id must be a string or a number')
  }
  const idText = text.slice(member.start, member.end)
  if (idText.length > MAX_ID_CHARACTERS)
    throw new GatewayError(
      'invalid_request',
      `Cannot read the message: the id is longer than ${MAX_ID_CHARACTERS} characters`,
    )
  return idText
}

function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (value === undefined) return {}
  if (isObject(value)) return value
  throw new GatewayError('invalid_request', `Cannot read the message: ${what} must be an object`)
}

// Where a parser reads a lone surrogate as U+FFFD, the upstream would run another name than the one that was authorized.
function refuseIllFormed(method: unknown, params: Readonly<Record<string, unknown>>): void {
  refuseText('method', method)
  refuseText('name', params.name)
  refuseText('uri', params.uri)
  refuseText('taskId', params.taskId)
  if (!isObject(params.ref)) return
  refuseText('ref.name', params.ref.name)
  refuseText('ref.uri', params.ref.uri)
}

function refuseText(field: string, text: unknown): void {
  if (typeof text === 'string' && !text.isWellFormed())
    throw new GatewayError('invalid_request', `Cannot read the message: ${field} holds half of a surrogate pair`)
}
