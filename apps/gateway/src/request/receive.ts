/** The `receive` step: what can be said of a request from its head alone, before anybody is known or a byte of the body is read. */
import type { IncomingMessage } from 'node:http'
import { GatewayError } from '../errors.ts'
import type { PlainRequest } from '../http1/plain-request.ts'
import type { PlainResponse } from '../http1/plain-response.ts'
import type { McpHeaders } from '../wire/classify.ts'
import { isModernRevision } from '../wire/revisions.ts'
import type { Edge } from './edge.ts'
import { repeatedHeader } from './header-values.ts'

/** A request, whoever has read it. */
export type McpRequest = IncomingMessage | PlainRequest

/** What of its response is used. */
export type McpResponse = Pick<
  PlainResponse,
  | 'statusCode'
  | 'headersSent'
  | 'writableEnded'
  | 'writableFinished'
  | 'writableLength'
  | 'destroyed'
  | 'cork'
  | 'uncork'
> & {
  writeHead(status: number, headers: string[] | Record<string, string>): unknown
  write(data: string | Buffer, encoding?: BufferEncoding): unknown
  end(data?: string | Buffer, encoding?: BufferEncoding): unknown
  destroy(): unknown
  once(event: 'close', listener: () => void): unknown
  removeListener(event: 'close', listener: () => void): unknown
}

/** One HTTP request on an MCP route. */
export interface Exchange {
  request: McpRequest
  response: McpResponse
  /** The upstream of `/s/{upstream}/mcp`, or `undefined` on `/mcp`. */
  route: string | undefined
  requestId: string
  startedAtMs: number
  mcp: McpHeaders
  sessionId: string | undefined
  acceptsEvents: boolean
  /** `Via` of what is sent onward, where it is not this gateway's own alone. */
  via: string | undefined
  /** Bounds on the body. */
  body: { maxBytes: number; maxMs: number }
}

/** Checks the head.
 * @throws GatewayError host_forbidden | origin_forbidden | http_method_not_allowed | transport_unsupported | not_acceptable | media_type_unsupported | body_too_large | invalid_request | gateway_loop
 */
export function receive(
  exchange: Pick<Exchange, 'request' | 'response' | 'route' | 'requestId'>,
  edge: Edge,
): Exchange {
  const { request } = exchange
  const { headers } = request
  edge.check(request)
  const via = headers.via === undefined ? undefined : edge.via.onward(headers.via)
  const accept = headers.accept ?? '*/*'
  checkShape(request, accept, edge)
  return {
    request,
    response: exchange.response,
    route: exchange.route,
    requestId: exchange.requestId,
    startedAtMs: performance.now(),
    mcp: {
      version: headers['mcp-protocol-version'] as string | undefined,
      method: headers['mcp-method'] as string | undefined,
      name: headers['mcp-name'] as string | undefined,
      repeated: repeatedHeader(request, 'mcp-'),
    },
    sessionId: headers['mcp-session-id'] as string | undefined,
    via,
    acceptsEvents: accepts(accept, 'text/event-stream'),
    body: { maxBytes: edge.maxBodyBytes, maxMs: edge.maxBodyMs },
  }
}

function checkShape({ method, headers }: McpRequest, accept: string, edge: Edge): void {
  if (method !== 'POST' && isModernRevision(String(headers['mcp-protocol-version'])))
    throw new GatewayError(
      'http_method_not_allowed',
      `Cannot serve HTTP method ${method}: this revision has POST alone`,
    )
  if (method === 'GET') {
    if (headers.upgrade !== undefined && /websocket/i.test(headers.upgrade))
      throw new GatewayError('transport_unsupported', 'Cannot upgrade the connection: MCP over WebSocket is not served')
    if (!accepts(accept, 'text/event-stream'))
      throw new GatewayError('not_acceptable', 'Cannot open a stream: the Accept header leaves out text/event-stream')
    return
  }
  if (method === 'DELETE') return
  if (method !== 'POST')
    throw new GatewayError(
      'http_method_not_allowed',
      `Cannot serve HTTP method ${method}: not one of POST, GET and DELETE`,
    )
  const contentType = headers['content-type'] ?? ''
  if (contentType !== 'application/json' && !/^application\/json\s*(;|$)/i.test(contentType)) {
    throw new GatewayError('media_type_unsupported', 'Cannot read the body: Content-Type is not application/json')
  }
  if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity') {
    throw new GatewayError('media_type_unsupported', 'Cannot read the body: compressed bodies are not served')
  }
  if (!accepts(accept, 'application/json'))
    throw new GatewayError('not_acceptable', 'Cannot answer: the Accept header leaves out application/json')
  if (Number(headers['content-length'] ?? 0) > edge.maxBodyBytes)
    throw new GatewayError('body_too_large', `Cannot read the body: larger than ${edge.maxBodyBytes} bytes`)
}

/** What nearly every client sends. */
const USUAL_ACCEPT = 'application/json, text/event-stream'

function accepts(accept: string, type: string): boolean {
  if (accept === USUAL_ACCEPT) return true
  const [major] = type.split('/')
  return accept.split(',').some((each) => {
    const [range, ...parameters] = each.split(';').map((part) => part.trim().toLowerCase())
    if (parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) return false
    return range === type || range === '*/*' || range === `${major}/*`
  })
}
