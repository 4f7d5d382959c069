/** How the gateway introduces itself: `server/discover` to modern clients, `initialize` to legacy ones. */
import type { SessionSealer } from '../identity/session-seal.ts'
import { GATEWAY_INFO } from '../upstream/handshake.ts'
import { isObject } from '../wire/envelope.ts'
import { resultText } from '../wire/jsonrpc.ts'
import { isLegacyRevision, LEGACY_REVISIONS, MODERN_REVISION, SERVER_INFO_META } from '../wire/revisions.ts'
import type { Caller } from './caller.ts'
import { capabilitiesOf } from './capabilities.ts'
import type { Inbound } from './read.ts'
import { heardFirst } from './streams/heard-lists.ts'
import type { View } from './view.ts'

const DISCOVER_TTL_MS = 60_000

/** The answer to `server/discover`. */
export function discover(inbound: Inbound, view: View): string {
  const result = {
    supportedVersions: [MODERN_REVISION],
    capabilities: capabilitiesOf(view, 'modern'),
    ...(view.instructions ? { instructions: view.instructions } : {}),
    resultType: 'complete',
    ttlMs: DISCOVER_TTL_MS,
    cacheScope: 'private',
    _meta: { [SERVER_INFO_META]: GATEWAY_INFO },
  }
  return resultText(inbound.message.idText as string, JSON.stringify(result))
}

/** The answer to `initialize`, and the session that it opens. */
export function initialize(
  inbound: Inbound,
  on: { view: View; caller: Caller; sessions: SessionSealer },
): { text: string; sessionId: string } {
  const { params, idText } = inbound.message
  const revision = isLegacyRevision(params.protocolVersion) ? params.protocolVersion : LEGACY_REVISIONS[0]
  const clientInfo = isObject(params.clientInfo) ? params.clientInfo : {}
  const facts = {
    route: on.view.route ?? '',
    agent: on.caller.agent,
    ...(on.caller.userKey === undefined ? {} : { userKey: on.caller.userKey }),
    revision,
    capabilities: isObject(params.capabilities) ? params.capabilities : {},
    clientName: typeof clientInfo.name === 'string' ? clientInfo.name : '',
  }
  const sessionId = on.sessions.seal(facts, heardFirst(on.view))
  const result = {
    protocolVersion: revision,
    capabilities: capabilitiesOf(on.view, 'legacy'),
    serverInfo: GATEWAY_INFO,
    instructions: on.view.instructions,
  }
  return { text: resultText(idText as string, JSON.stringify(result)), sessionId }
}
