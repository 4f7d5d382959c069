/** One modern-era MCP request to the running gateway, as any agent would send it. */
import { encodeHeaderValue } from '../wire/header-value.ts'
import { CAPABILITIES_META, MODERN_REVISION, VERSION_META } from '../wire/revisions.ts'
import { SseReader } from '../wire/sse.ts'
import { CliError, type FailureKind } from './cli-error.ts'

const MAX_EVENT_CHARACTERS = 64 * 1024 * 1024
/** Longer than the longest deadline a tool can have: the gateway ends calls, not the command line. */
const TIMEOUT_MS = 20 * 60_000

/** Where to send a request, and as whom. */
export interface GatewayTarget {
  /** The gateway's origin. */
  url: string
  /** Without a key the request is anonymous. */
  key?: string
}

/** A request, and headers beside the usual ones. */
export interface GatewayRequest {
  method: string
  params: Record<string, unknown>
  headers?: Record<string, string>
}

/** A JSON-RPC error as the gateway answered it. */
export class RpcError extends CliError {
  readonly rpcCode: number

  constructor(error: { code: number; message: string; data?: { code?: string; hint?: string } }) {
    const code = error.data?.code ?? 'rpc_error'
    super(kindOf(code), error.message, { code, hint: error.data?.hint ?? '', data: error.data })
    this.rpcCode = error.code
  }
}

/**
 * Sends the request and returns the result.
 * @throws CliError when the gateway cannot be reached or refuses; RpcError for an error that it answers
 */
export async function callGateway(target: GatewayTarget, request: GatewayRequest): Promise<Record<string, unknown>> {
  const response = await fetchGateway(`${target.url}/mcp`, {
    method: 'POST',
    headers: headersOf(target, request),
    body: bodyOf(request),
  })
  if (response.status === 401)
    throw new CliError('credentials', `Cannot use the gateway at "${target.url}": it does not accept the credential`, {
      code: 'unauthorized',
      hint: 'Check CAUSEWAY_KEY; with --as, check that the gateway runs on the same data directory',
    })
  const message = await messageOf(response)
  if (message?.error) throw new RpcError(message.error)
  if (message?.result) return message.result
  throw new CliError('unreachable', `Cannot use the gateway at "${target.url}": HTTP ${response.status}`, {
    code: 'gateway_invalid',
    hint: 'Check that a Causeway gateway listens there',
  })
}

/**
 * Fetches from the gateway.
 * @throws CliError when it cannot be reached
 */
export async function fetchGateway(url: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS), ...init })
  } catch (error) {
    const reason = reasonOf((error as Error).cause as NodeJS.ErrnoException | undefined, error)
    throw new CliError('unreachable', `Cannot reach the gateway at "${new URL(url).origin}": ${reason}`, {
      code: 'gateway_unreachable',
      hint: 'Start it with `npm start`; CAUSEWAY_PORT says where it listens when not on the configured port',
      data: { reason },
    })
  }
}

function reasonOf(cause: NodeJS.ErrnoException | undefined, error: unknown): string {
  return cause?.code ?? cause?.message ?? (error as Error).message
}

function headersOf({ key }: GatewayTarget, { method, params, headers }: GatewayRequest): Record<string, string> {
  return {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': MODERN_REVISION,
    'mcp-method': method,
    ...(typeof params.name === 'string' ? { 'mcp-name': encodeHeaderValue(params.name) } : {}),
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    ...headers,
  }
}

function bodyOf({ method, params }: GatewayRequest): string {
  const _meta = { [VERSION_META]: MODERN_REVISION, [CAPABILITIES_META]: {} }
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } })
}

interface Message {
  id?: unknown
  result?: Record<string, unknown>
  error?: ConstructorParameters<typeof RpcError>[0]
}

async function messageOf(response: Response): Promise<Message | undefined> {
  const messages: (Message | undefined)[] = []
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
    const reader = new SseReader(MAX_EVENT_CHARACTERS, (data) => messages.push(parse(data)))
    for await (const chunk of response.body ?? []) reader.push(chunk)
  } else messages.push(parse(await response.text()))
  return messages.find((message) => message?.error || message?.result)
}

function parse(text: string): Message | undefined {
  try {
    return JSON.parse(text) as Message
  } catch {
    return undefined
  }
}

const UNREACHABLE: readonly string[] = [
  'upstream_unavailable',
  'upstream_timeout',
  'upstream_overloaded',
  'overloaded',
  'host_forbidden',
]
// Hidden and non-existent answer alike: both mean that this agent may not.
const DENIED: readonly string[] = [
  'unknown_tool',
  'policy_denied',
  'approval_required',
  'approval_pending',
  'approval_rejected',
  'rate_limited',
]

function kindOf(code: string): FailureKind {
  if (UNREACHABLE.includes(code)) return 'unreachable'
  return DENIED.includes(code) ? 'denied' : 'tool_error'
}
