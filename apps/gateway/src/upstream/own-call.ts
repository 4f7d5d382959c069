/** Requests of the gateway itself toward an upstream: no agent stands behind them, so nothing can be asked or relayed. */
import type { UpstreamCall } from './connection.ts'

/** Key of the session that lists the catalog and hears of changes. */
export const CATALOG_SESSION = ''

/** JSON-RPC error, as JSON text, for an upstream that asks something of a client that declared no such capability. */
export const NOT_DECLARED = JSON.stringify({
  code: -32601,
  message: 'Cannot serve this request: the client declared no such capability',
})

/** Everything of an own call but its method, parameters, id and signal. */
export const OWN_CALL: Omit<UpstreamCall, 'method' | 'params' | 'idText' | 'signal'> = {
  headers: {},
  credential: undefined,
  sessionKey: CATALOG_SESSION,
  capabilities: '{}',
  logLevel: undefined,
  progressToken: undefined,
  maxBytes: 4 * 1024 * 1024,
  onRequest: async () => ({ error: NOT_DECLARED }),
  onNotification() {},
}
