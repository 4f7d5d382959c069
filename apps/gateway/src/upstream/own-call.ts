/** Requests of the gateway itself toward an upstream: no agent stands behind them, so nothing can be asked or relayed. */
import type { UpstreamCall } from './connection.ts'
import { GATEWAY_CAPABILITIES } from './handshake.ts'

/** Key of the session that lists the catalog and hears of changes. */
export const CATALOG_SESSION = ''

/** JSON-RPC error, as JSON text, for an upstream that asks something of a client that declared no such capability. */
export const NOT_DECLARED = JSON.stringify({
  code: -32601,
  message: 'Cannot serve this request: the client declared no such capability',
})

/** JSON-RPC error, as JSON text, for an upstream that asks outside of any call's stream while it is not clear which call it is for. */
export const UNCLEAR_ASK = JSON.stringify({
  code: -32600,
  message:
    'Cannot pass on this request: the session has not exactly one call under way, so send it on the stream of its call',
})

/** Everything of an own call but its method, parameters, id and signal. */
export const OWN_CALL: Omit<UpstreamCall, 'method' | 'params' | 'idText' | 'signal'> = {
  headers: {},
  credential: undefined,
  sessionKey: CATALOG_SESSION,
  capabilities: GATEWAY_CAPABILITIES,
  logLevel: undefined,
  progressToken: undefined,
  maxBytes: 4 * 1024 * 1024,
  onRequest: async () => ({ error: NOT_DECLARED }),
  onNotification() {},
}
