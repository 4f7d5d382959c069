/** Every way a request can fail, in one table: who caused it, the HTTP status, the JSON-RPC code, whether to try again, and what the agent is told. */
import { ADMIN_FAILURES } from './admin/failures.ts'

/** Who has to act before the request can succeed. */
export type FailureSource = 'client' | 'policy' | 'gateway' | 'upstream'

/** A row of the table. */
export interface Failure {
  source: FailureSource
  /** HTTP status when the failure is answered out of band or demanded by the specification. */
  http: number
  /** JSON-RPC code; 0 where the failure is HTTP alone. */
  rpc: number
  retryable: boolean
  /** What the agent or its developer should do next. */
  hint: string
}

/**
 * The table. `-32020…-32099` are the specification's (2026-07-28, "Error codes"); Causeway's own failures are
 * `-32603` with this table's key in `data.code`.
 */
export const FAILURES = {
  ...ADMIN_FAILURES,
  parse_error: {
    source: 'client',
    http: 400,
    rpc: -32700,
    retryable: false,
    hint: 'Send one JSON-RPC message as UTF-8 JSON.',
  },
  invalid_request: {
    source: 'client',
    http: 400,
    rpc: -32600,
    retryable: false,
    hint: 'Send exactly one JSON-RPC 2.0 message; batches are not served.',
  },
  invalid_params: { source: 'client', http: 200, rpc: -32602, retryable: false, hint: 'Correct the parameters.' },
  envelope_invalid: {
    source: 'client',
    http: 400,
    rpc: -32602,
    retryable: false,
    hint: 'Send the _meta keys that revision 2026-07-28 requires on every request.',
  },
  header_mismatch: {
    source: 'client',
    http: 400,
    rpc: -32020,
    retryable: false,
    hint: 'Make the MCP headers repeat what the body says.',
  },
  unsupported_version: {
    source: 'client',
    http: 400,
    rpc: -32022,
    retryable: false,
    hint: 'Use one of the supported protocol revisions.',
  },
  method_not_found: {
    source: 'client',
    http: 404,
    rpc: -32601,
    retryable: false,
    hint: 'Use a method of the negotiated protocol revision.',
  },
  unknown_tool: {
    source: 'client',
    http: 200,
    rpc: -32602,
    retryable: false,
    hint: 'Call tools/list for the tools you may call.',
  },
  tool_quarantined: {
    source: 'policy',
    http: 200,
    rpc: -32603,
    retryable: false,
    hint: 'Do without the tool. A person has to approve its new definition: `causeway drift ls`.',
  },
  unknown_prompt: {
    source: 'client',
    http: 200,
    rpc: -32602,
    retryable: false,
    hint: 'Call prompts/list for the prompts you may use.',
  },
  unknown_resource: {
    source: 'client',
    http: 200,
    rpc: -32602,
    retryable: false,
    hint: 'Call resources/list for the resources you may read.',
  },
  too_many_subscriptions: {
    source: 'client',
    http: 200,
    rpc: -32603,
    retryable: false,
    hint: 'Unsubscribe from resources that you no longer need.',
  },
  unknown_task: {
    source: 'client',
    http: 200,
    rpc: -32602,
    retryable: false,
    hint: 'Use the taskId that the call answered with, as the agent that made the call.',
  },
  missing_capability: {
    source: 'client',
    http: 400,
    rpc: -32021,
    retryable: false,
    hint: "Declare the capability in the request's client capabilities.",
  },
  unknown_cursor: {
    source: 'client',
    http: 200,
    rpc: -32602,
    retryable: false,
    hint: 'Start the list again without a cursor.',
  },
  invalid_state: {
    source: 'client',
    http: 200,
    rpc: -32602,
    retryable: false,
    hint: 'Send the requestState back as it came, with the same request.',
  },
  unknown_route: {
    source: 'client',
    http: 404,
    rpc: 0,
    retryable: false,
    hint: 'The MCP endpoints are /mcp and /s/{upstream}/mcp.',
  },
  host_forbidden: {
    source: 'client',
    http: 403,
    rpc: 0,
    retryable: false,
    hint: 'Use the public URL, or add the name to allowedHosts.',
  },
  origin_forbidden: {
    source: 'client',
    http: 403,
    rpc: 0,
    retryable: false,
    hint: 'Add the origin to allowedOrigins.',
  },
  unauthorized: {
    source: 'client',
    http: 401,
    rpc: 0,
    retryable: false,
    hint: 'Send "Authorization: Bearer <key>" with a key made by `causeway agents create`, or an access token of a configured issuer.',
  },
  insufficient_scope: {
    source: 'client',
    http: 403,
    rpc: 0,
    retryable: false,
    hint: 'Ask the issuer for a token with the scopes that WWW-Authenticate names, and call again.',
  },
  http_method_not_allowed: {
    source: 'client',
    http: 405,
    rpc: 0,
    retryable: false,
    hint: 'Send POST; legacy clients may also GET and DELETE.',
  },
  transport_unsupported: {
    source: 'client',
    http: 400,
    rpc: 0,
    retryable: false,
    hint: 'Connect by Streamable HTTP: POST to /mcp.',
  },
  not_acceptable: {
    source: 'client',
    http: 406,
    rpc: 0,
    retryable: false,
    hint: 'Accept application/json and text/event-stream.',
  },
  media_type_unsupported: {
    source: 'client',
    http: 415,
    rpc: 0,
    retryable: false,
    hint: 'Send Content-Type: application/json.',
  },
  body_too_large: { source: 'client', http: 413, rpc: 0, retryable: false, hint: 'Send at most 4 MiB.' },
  body_too_slow: {
    source: 'client',
    http: 408,
    rpc: 0,
    retryable: true,
    hint: 'Send the whole body within 10 seconds.',
  },
  session_not_found: { source: 'client', http: 404, rpc: -32001, retryable: false, hint: 'Initialize again.' },
  rate_limited: {
    source: 'client',
    http: 429,
    rpc: -32603,
    retryable: true,
    hint: 'Nothing was run. Wait as long as retryAfterMs says, and make fewer calls at a time.',
  },
  overloaded: { source: 'gateway', http: 503, rpc: -32603, retryable: true, hint: 'Wait and try again.' },
  internal: {
    source: 'gateway',
    http: 500,
    rpc: -32603,
    retryable: true,
    hint: 'Try again; if it persists, report the request id.',
  },
  gateway_loop: {
    source: 'upstream',
    http: 508,
    rpc: -32603,
    retryable: false,
    hint: 'One of the gateways on the way is its own upstream. Its operator has to take that upstream out.',
  },
  policy_denied: {
    source: 'policy',
    http: 200,
    rpc: -32603,
    retryable: false,
    hint: 'Do not repeat the call as it is. Other arguments may be allowed; whoever operates the gateway knows which.',
  },
  approval_required: {
    source: 'policy',
    http: 200,
    rpc: -32603,
    retryable: true,
    hint: 'Tell the user that a person has to approve this call. Then repeat exactly the same call.',
  },
  approval_pending: {
    source: 'policy',
    http: 200,
    rpc: -32603,
    retryable: true,
    hint: 'Nobody has decided yet. Do something else meanwhile, then repeat exactly the same call.',
  },
  approval_rejected: {
    source: 'policy',
    http: 200,
    rpc: -32603,
    retryable: false,
    hint: 'Do not repeat the call. Tell the user that it was rejected, and why where a reason is given.',
  },
  exchange_lost: {
    source: 'gateway',
    http: 200,
    rpc: -32603,
    retryable: false,
    hint: 'The call was not run again and may have taken effect. Check before you repeat it from the start.',
  },
  audit_unavailable: {
    source: 'gateway',
    http: 503,
    rpc: -32603,
    retryable: true,
    hint: 'Nothing was sent. Calls that only read still work; whoever operates the gateway has to look at its disk.',
  },
  upstream_unavailable: {
    source: 'upstream',
    http: 502,
    rpc: -32603,
    retryable: true,
    hint: 'Other tools are not affected. Try again shortly.',
  },
  upstream_timeout: {
    source: 'upstream',
    http: 504,
    rpc: -32603,
    retryable: false,
    hint: 'The call may have taken effect. Check before you repeat it.',
  },
  upstream_invalid: {
    source: 'upstream',
    http: 502,
    rpc: -32603,
    retryable: false,
    hint: 'The upstream broke the protocol. Tell its owner.',
  },
  upstream_error: {
    source: 'upstream',
    http: 502,
    rpc: -32603,
    retryable: false,
    hint: 'The upstream reported a failure of its own. Its owner finds it by the request id.',
  },
  upstream_overloaded: {
    source: 'upstream',
    http: 503,
    rpc: -32603,
    retryable: true,
    hint: 'Too many calls to this upstream at once. Wait and try again.',
  },
  result_too_large: {
    source: 'upstream',
    http: 502,
    rpc: -32603,
    retryable: false,
    hint: 'Ask for less: narrow the filters or lower the limit.',
  },
  input_unsupported: {
    source: 'upstream',
    http: 502,
    rpc: -32603,
    retryable: false,
    hint: 'The upstream needs an answer from a person, which this connection cannot carry.',
  },
  call_cancelled: { source: 'client', http: 499, rpc: -32603, retryable: true, hint: 'The client cancelled the call.' },
} as const satisfies Record<string, Failure>

/** The stable code of a failure: a key of {@link FAILURES}. */
export type FailureCode = keyof typeof FAILURES
