/** The names that the gateway and the domain servers must spell alike: `_meta` keys, headers, environment variables and token type. */

/** `_meta` key of a definition: effect and scopes as the domain server declares them, for tools also owner, version and tags. */
export const TOOL_META_KEY = 'causeway/tool'
/** `_meta` key of a request on stdio: the gateway-signed token (over HTTP it travels in `Authorization`). */
export const TOKEN_META_KEY = 'causeway/token'
/** `_meta` key of a request on stdio: the correlation id (over HTTP it travels in `X-Request-Id`). */
export const REQUEST_ID_META_KEY = 'causeway/request-id'
/** `_meta` key of a tool call and of its result: the message contracts between the gateway and a domain server. */
export const CALL_META_KEY = 'causeway/call'
/** `_meta` key of a tool call and of its result: the context that an agent hands on from turn to turn, sealed; `null` ends it. */
export const CONTEXT_META_KEY = 'causeway/context'
/** HTTP header that carries the correlation id from the agent's edge to the third-party call. */
export const REQUEST_ID_HEADER = 'x-request-id'
/** JOSE `typ` of the token with which the gateway presents a caller to an upstream. */
export const CALL_TOKEN_TYPE = 'causeway-call+jwt'

/** Environment of a supervised domain server; the gateway sets it, {@link serve} reads it. */
export const ENV = {
  /** `1`: print the ready line on stdout and end when stdin ends. */
  supervised: 'CAUSEWAY_SUPERVISED',
  /** Directory that belongs to this domain server alone. */
  dataDir: 'CAUSEWAY_DATA_DIR',
  /** Issuer of call tokens: the gateway's public URL. */
  issuer: 'CAUSEWAY_ISSUER',
  /** Where the gateway publishes its keys. */
  jwks: 'CAUSEWAY_JWKS',
  /** The audience this domain server answers to: its upstream id. */
  audience: 'CAUSEWAY_AUDIENCE',
} as const

/** The line a supervised domain server prints once it listens. */
export interface ReadyLine {
  causeway: 'ready'
  /** URL of the MCP endpoint, on loopback. */
  url: string
}
