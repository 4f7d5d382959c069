/** Decides the era of an inbound message from its body, and holds a modern request's headers against it (2026-07-28, "Transports", "Standard request headers"). */
import { GatewayError } from '../errors.ts'
import { type Envelope, isObject } from './envelope.ts'
import { decodeHeaderValue } from './header-value.ts'
import {
  CAPABILITIES_META,
  CLIENT_INFO_META,
  type Era,
  isModernRevision,
  LOG_LEVEL_META,
  MODERN_REVISION,
  VERSION_META,
} from './revisions.ts'

/** The MCP headers of one request; `undefined` where absent. */
export interface McpHeaders {
  version: string | undefined
  method: string | undefined
  name: string | undefined
  /** A header of these or of `Mcp-Param-*` that stands more than once. */
  repeated?: string | undefined
}

/** Which body field `Mcp-Name` repeats, by method. */
const NAME_SOURCE = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
])

const MAX_QUOTED = 80

/** Levels that a request may ask to be told logs from. */
const LOG_LEVELS: readonly unknown[] = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency']

/**
 * The era of the message. The body decides; a modern header without the body's claim is an error, never a hint.
 * @throws GatewayError envelope_invalid | header_mismatch | unsupported_version
 */
export function classify(message: Envelope, headers: McpHeaders): Era {
  if (message.kind === 'response') return 'legacy'
  const isClaimed = Object.hasOwn(message.meta, VERSION_META)
  const headerIsModern = headers.version !== undefined && isModernRevision(headers.version)
  if (message.kind === 'notification')
    return isClaimed || headerIsModern ? modernNotification(message, headers) : 'legacy'
  // An initialize is the legacy handshake by definition, unless its claim is wholly valid.
  if (message.method === 'initialize' && !isWhollyModern(message)) {
    if (headerIsModern)
      throw mismatch('MCP-Protocol-Version', `an initialize request cannot name revision ${headers.version}`)
    return 'legacy'
  }
  if (isClaimed) return modernRequest(message, headers)
  if (!headerIsModern) return 'legacy'
  throw new GatewayError(
    'envelope_invalid',
    `Cannot read the request: _meta lacks "${VERSION_META}", which MCP-Protocol-Version ${headers.version} demands`,
  )
}

/** A notification needs no headers, but those that it has must agree with it. */
function modernNotification(message: Envelope, headers: McpHeaders): Era {
  const claim = Object.hasOwn(message.meta, VERSION_META) ? message.meta[VERSION_META] : headers.version
  if (typeof claim !== 'string')
    throw new GatewayError('envelope_invalid', `Cannot read the notification: _meta "${VERSION_META}" must be a string`)
  if (headers.version !== undefined) checkVersionHeader(headers.version, claim)
  if (headers.method !== undefined && isModernRevision(claim)) checkMethodHeader(headers.method, message)
  checkSupported(claim)
  return 'modern'
}

// What the headers contradict is told first, then what is not supported, then what they lack.
function modernRequest(message: Envelope, headers: McpHeaders): Era {
  const problem = envelopeProblem(message)
  if (problem) throw new GatewayError('envelope_invalid', `Cannot read the request: ${problem}`)
  const claim = message.meta[VERSION_META] as string
  if (headers.repeated !== undefined) throw mismatch(headers.repeated, 'it stands more than once')
  if (headers.version !== undefined) checkVersionHeader(headers.version, claim)
  if (headers.method !== undefined) checkMethodHeader(headers.method, message)
  checkSupported(claim)
  if (headers.version === undefined) throw mismatch('MCP-Protocol-Version', 'it is missing')
  if (headers.method === undefined) throw mismatch('Mcp-Method', 'it is missing')
  checkNameHeader(message, headers)
  return 'modern'
}

function checkVersionHeader(version: string, claim: string): void {
  if (version !== claim) throw mismatch('MCP-Protocol-Version', `the body says ${quoted(claim)}`)
}

function checkMethodHeader(header: string, { method }: Envelope): void {
  if (header !== method) throw mismatch('Mcp-Method', `the body says ${quoted(method)}`)
}

function checkSupported(claim: string): void {
  if (claim === MODERN_REVISION) return
  throw new GatewayError('unsupported_version', `Cannot serve revision ${quoted(claim)}: not supported`, {
    data: { supported: [MODERN_REVISION], requested: claim.slice(0, MAX_QUOTED) },
  })
}

/** The text of the body that `Mcp-Name` repeats for this message, if there is one. */
export function nameToRepeat({ method, params }: Envelope): string | undefined {
  const field = NAME_SOURCE.get(method)
  const value = field && params[field]
  return typeof value === 'string' ? value : undefined
}

function checkNameHeader(message: Envelope, headers: McpHeaders): void {
  const field = NAME_SOURCE.get(message.method)
  if (!field) return
  const value = message.params[field]
  if (headers.name === undefined) {
    if (typeof value === 'string') throw mismatch('Mcp-Name', 'it is missing')
    return
  }
  const decoded = decodeHeaderValue(headers.name)
  if (decoded === undefined) throw mismatch('Mcp-Name', 'its base64 is not canonical')
  if (typeof value === 'string' && decoded !== value) throw mismatch('Mcp-Name', `params.${field} differs`)
}

function isWhollyModern(message: Envelope): boolean {
  return envelopeProblem(message) === undefined && isModernRevision(String(message.meta[VERSION_META]))
}

function envelopeProblem({ meta }: Envelope): string | undefined {
  if (typeof meta[VERSION_META] !== 'string') return `_meta "${VERSION_META}" must be a string`
  if (meta[CAPABILITIES_META] === undefined) return `_meta lacks "${CAPABILITIES_META}"`
  if (!isObject(meta[CAPABILITIES_META])) return `_meta "${CAPABILITIES_META}" must be an object`
  const info = meta[CLIENT_INFO_META]
  if (info !== undefined && !(isObject(info) && typeof info.name === 'string' && typeof info.version === 'string'))
    return `_meta "${CLIENT_INFO_META}" must have a name and a version`
  const level = meta[LOG_LEVEL_META]
  if (level !== undefined && !LOG_LEVELS.includes(level)) return `_meta "${LOG_LEVEL_META}" must be a log level`
  return undefined
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, MAX_QUOTED))
}

function mismatch(header: string, reason: string): GatewayError {
  return new GatewayError('header_mismatch', `Cannot accept the header ${header}: ${reason}`, { data: { header } })
}
