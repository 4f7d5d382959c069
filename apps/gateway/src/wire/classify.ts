/** Decides the era of an inbound message from its body, and holds a modern request's headers against it (2026-07-28, "Transports", "Standard request headers"). */
import { GatewayError } from '../errors.ts'
import { type Envelope, isObject } from './envelope.ts'
import { decodeHeaderValue } from './header-value.ts'
import {
  CAPABILITIES_META,
  CLIENT_INFO_META,
  type Era,
  isModernRevision,
  MODERN_REVISION,
  VERSION_META,
} from './revisions.ts'

/** The MCP headers of one request; `undefined` where absent. */
export interface McpHeaders {
  version: string | undefined
  method: string | undefined
  name: string | undefined
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

/**
 * The era of the message. The body decides; a modern header without the body's claim is an error, never a hint.
 * @throws GatewayError envelope_invalid | header_mismatch | unsupported_version
 */
export function classify(message: Envelope, headers: McpHeaders): Era {
  if (message.kind === 'response') return 'legacy'
  const claim = message.meta[VERSION_META]
  const headerIsModern = headers.version !== undefined && isModernRevision(headers.version)
  if (claim === undefined) {
    if (!headerIsModern) return 'legacy'
    return withoutClaim(message, headers)
  }
  if (message.kind === 'notification') return claimedNotification(message, headers, claim)
  // An initialize is the legacy handshake by definition, unless its claim is wholly valid.
  if (
    message.method === 'initialize' &&
    !headerIsModern &&
    (envelopeProblem(message) || !isModernRevision(String(claim)))
  )
    return 'legacy'
  return modernRequest(message, headers, claim)
}

function withoutClaim(message: Envelope, headers: McpHeaders): Era {
  if (message.method === 'initialize')
    throw mismatch('MCP-Protocol-Version', `an initialize request cannot name revision ${headers.version}`)
  if (message.kind === 'request') {
    throw new GatewayError(
      'envelope_invalid',
      `Cannot read the request: _meta lacks "${VERSION_META}", which MCP-Protocol-Version ${headers.version} demands`,
    )
  }
  if (headers.method !== undefined && headers.method !== message.method)
    throw mismatch('Mcp-Method', `the body says "${message.method}"`)
  return 'modern'
}

function claimedNotification(message: Envelope, headers: McpHeaders, claim: unknown): Era {
  if (typeof claim !== 'string')
    throw new GatewayError('envelope_invalid', `Cannot read the notification: _meta "${VERSION_META}" must be a string`)
  if (headers.version !== undefined && headers.version !== claim)
    throw mismatch('MCP-Protocol-Version', `the body says "${claim}"`)
  if (!isModernRevision(claim)) return 'legacy'
  if (headers.method !== undefined && headers.method !== message.method)
    throw mismatch('Mcp-Method', `the body says "${message.method}"`)
  return 'modern'
}

function modernRequest(message: Envelope, headers: McpHeaders, claim: unknown): Era {
  const problem = envelopeProblem(message)
  if (problem) throw new GatewayError('envelope_invalid', `Cannot read the request: ${problem}`)
  if (headers.version === undefined) throw mismatch('MCP-Protocol-Version', 'it is missing')
  if (headers.version !== claim) throw mismatch('MCP-Protocol-Version', `the body says "${claim}"`)
  if (claim !== MODERN_REVISION) {
    throw new GatewayError('unsupported_version', `Cannot serve revision "${claim}": not supported`, {
      data: { supported: [MODERN_REVISION], requested: claim },
    })
  }
  if (headers.method === undefined) throw mismatch('Mcp-Method', 'it is missing')
  if (headers.method !== message.method) throw mismatch('Mcp-Method', `the body says "${message.method}"`)
  checkName(message, headers)
  return 'modern'
}

function checkName(message: Envelope, headers: McpHeaders): void {
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

function envelopeProblem({ meta }: Envelope): string | undefined {
  if (typeof meta[VERSION_META] !== 'string') return `_meta "${VERSION_META}" must be a string`
  if (meta[CAPABILITIES_META] === undefined) return `_meta lacks "${CAPABILITIES_META}"`
  if (!isObject(meta[CAPABILITIES_META])) return `_meta "${CAPABILITIES_META}" must be an object`
  const info = meta[CLIENT_INFO_META]
  if (info !== undefined && !(isObject(info) && typeof info.name === 'string' && typeof info.version === 'string')) {
    return `_meta "${CLIENT_INFO_META}" must have a name and a version`
  }
  return undefined
}

function mismatch(header: string, reason: string): GatewayError {
  return new GatewayError('header_mismatch', `Cannot accept the header ${header}: ${reason}`, { data: { header } })
}
