/** What the gateway says of itself to upstreams, and how it reads what they say: `server/discover` and `initialize`. */
import type { GatewayError } from '../errors.ts'
import { isObject } from '../wire/envelope.ts'
import { UI_EXTENSION } from '../wire/extensions.ts'
import {
  CAPABILITIES_META,
  CLIENT_INFO_META,
  LEGACY_REVISIONS,
  MODERN_REVISION,
  SERVER_INFO_META,
  VERSION_META,
} from '../wire/revisions.ts'
import { invalid, leadsBack, type RpcError, type UpstreamAnswer } from './answer.ts'
import type { UpstreamIdentity } from './connection.ts'

/** How the gateway names itself toward upstreams and agents. */
export const GATEWAY_INFO = { name: 'causeway', title: 'Causeway', version: '0.1.0' }

/** What the gateway itself declares, as JSON text: upstreams list their apps only to whom can show them, and what is listed is for every agent. */
export const GATEWAY_CAPABILITIES = JSON.stringify({
  extensions: { [UI_EXTENSION]: { mimeTypes: ['text/html;profile=mcp-app'] } },
})

/** `_meta` members that every modern request of the gateway's own carries, as JSON text. */
export const GATEWAY_META = JSON.stringify({
  [VERSION_META]: MODERN_REVISION,
  [CAPABILITIES_META]: JSON.parse(GATEWAY_CAPABILITIES),
  [CLIENT_INFO_META]: GATEWAY_INFO,
})

/** `params` of the `server/discover` probe. */
export const DISCOVER_PARAMS = `{"_meta":${GATEWAY_META}}`

/** `params` of the gateway's `initialize`; `capabilities` is JSON text, and the gateway's own wherever nobody could tell whose answer is whose. */
export function initializeParams(capabilities: string): string {
  return `{"protocolVersion":"${LEGACY_REVISIONS[0]}","capabilities":${capabilities},"clientInfo":${JSON.stringify(GATEWAY_INFO)}}`
}

/** What a probe's answer proves: the modern era, the legacy one, or nothing. */
export function eraOf(answer: UpstreamAnswer): 'modern' | 'legacy' {
  if (answer.result) return supportsModern(answer.result.supportedVersions) ? 'modern' : 'legacy'
  return isModernError(answer) ? 'modern' : 'legacy'
}

/** Whether the upstream refused the revision that it was asked in although it lists it as supported. */
export function refusesKnownRevision({ error }: UpstreamAnswer): boolean {
  return error?.code === -32022 && isObject(error.data) && supportsModern(error.data.supported)
}

function isModernError(answer: Extract<UpstreamAnswer, { error: RpcError }>): boolean {
  return refusesKnownRevision(answer) || answer.error.code === -32020 || answer.error.code === -32021
}

function supportsModern(versions: unknown): boolean {
  return Array.isArray(versions) && versions.includes(MODERN_REVISION)
}

/**
 * Reads the result of `server/discover`.
 * @throws GatewayError upstream_invalid | gateway_loop
 */
export function readDiscover(answer: UpstreamAnswer, upstream: string): UpstreamIdentity {
  if (!answer.result) throw refused(upstream, 'server/discover', answer.error)
  const { capabilities, instructions, _meta, serverInfo } = answer.result
  const info = isObject(_meta) && isObject(_meta[SERVER_INFO_META]) ? _meta[SERVER_INFO_META] : serverInfo
  return identity('modern', { capabilities, instructions, info })
}

/**
 * Reads the result of `initialize`.
 * @throws GatewayError upstream_invalid | gateway_loop
 */
export function readInitialize(answer: UpstreamAnswer, upstream: string): UpstreamIdentity & { revision: string } {
  if (!answer.result) throw refused(upstream, 'initialize', answer.error)
  const { protocolVersion, capabilities, instructions, serverInfo } = answer.result
  if (typeof protocolVersion !== 'string') throw invalid(upstream, 'its initialize result has no protocolVersion')
  return { ...identity('legacy', { capabilities, instructions, info: serverInfo }), revision: protocolVersion }
}

// Over pipes there is no status that says so.
function refused(upstream: string, method: string, error: RpcError): GatewayError {
  const isLoop = isObject(error.data) && error.data.code === 'gateway_loop'
  return isLoop ? leadsBack(upstream, error) : invalid(upstream, `it refused ${method}`, error)
}

function identity(
  era: UpstreamIdentity['era'],
  said: { capabilities: unknown; instructions: unknown; info: unknown },
): UpstreamIdentity {
  const info = isObject(said.info) ? said.info : {}
  return {
    era,
    name: String(info.name ?? ''),
    version: String(info.version ?? ''),
    capabilities: isObject(said.capabilities) ? said.capabilities : {},
    instructions: typeof said.instructions === 'string' ? said.instructions : '',
  }
}
