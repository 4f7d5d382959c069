/** The `reply` step: one JSON answer, or a stream of events that ends with it. Everything an agent is sent leaves here. */
import type { ServerResponse } from 'node:http'
import type { GatewayError } from '../errors.ts'
import { errorText } from '../wire/jsonrpc.ts'
import { eventText, KEEP_ALIVE } from '../wire/sse.ts'
import type { Exchange } from './receive.ts'

/** The response of one exchange. */
export interface Reply {
  /** Sends a message that belongs to the request; turns the answer into an event stream, or does nothing when the client reads none or lags far behind. */
  event(text: string): void
  /** Whether the client reads events at all. */
  readonly canStream: boolean
  /** Sends the answer and ends. `parts` are written one after the other. */
  answer(status: number, parts: string | readonly Buffer[], headers?: Record<string, string>): void
  /** Ends without a body. */
  empty(status: number): void
  /** Answers with a failure: in band when the request's id is known and the specification does not ask for a status. */
  fail(error: GatewayError, idText: string | null): void
  /** Calls back when the client goes away before the end, if that means that it gave up. */
  onDisconnect(callback: () => void): void
  /** Status and bytes, once ended. */
  readonly sent: { status: number; bytes: number }
}

const KEEP_ALIVE_MS = 15_000
/** Most bytes that wait for a client before events are left out; the answer itself never is. */
const MAX_UNREAD_BYTES = 1024 * 1024

/** @param exchange what is answered. A legacy client's disconnect is not a cancel, so its era is asked when it happens. */
export function createReply(
  exchange: Pick<Exchange, 'response' | 'requestId'> & { acceptsEvents?: boolean },
  isModern: () => boolean,
): Reply {
  const { response, requestId } = exchange
  const sent = { status: 0, bytes: 0 }
  let keepAlive: NodeJS.Timeout | undefined
  const head = (status: number, headers: Record<string, string | number>) => {
    sent.status = status
    response.writeHead(status, { 'Cache-Control': 'no-store', 'X-Request-Id': requestId, ...headers })
  }
  return {
    sent,
    canStream: exchange.acceptsEvents === true,
    event(text) {
      if (!exchange.acceptsEvents || response.writableEnded || response.destroyed) return
      if (response.writableLength > MAX_UNREAD_BYTES) return
      if (!keepAlive) {
        head(200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' })
        keepAlive = setInterval(() => response.write(KEEP_ALIVE), KEEP_ALIVE_MS)
        response.once('close', () => clearInterval(keepAlive))
      }
      response.write(eventText(text))
    },
    answer(status, parts, headers = {}) {
      if (keepAlive) {
        clearInterval(keepAlive)
        response.end(eventText(typeof parts === 'string' ? parts : Buffer.concat(parts).toString('utf8')))
        return
      }
      sent.bytes =
        typeof parts === 'string' ? Buffer.byteLength(parts) : parts.reduce((sum, each) => sum + each.length, 0)
      head(status, { 'Content-Type': 'application/json', 'Content-Length': sent.bytes, ...headers })
      // Text leaves in one write together with the head.
      if (typeof parts === 'string') response.end(parts)
      else writeAll(response, parts)
    },
    empty(status) {
      head(status, {})
      response.end()
    },
    fail(error, idText) {
      const { rpc } = error.failure
      const body = errorText(idText, { code: rpc || -32603, message: error.message, data: dataOf(error, requestId) })
      this.answer(statusOf(error, idText, isModern()), body, failureHeaders(error))
    },
    onDisconnect(callback) {
      response.once('close', () => {
        if (!response.writableFinished && isModern()) callback()
      })
    },
  }
}

/** `error.data`: the specification's own fields, and what a model or an operator can go by. */
export function dataOf(error: GatewayError, requestId: string): Record<string, unknown> {
  const { failure, detail, code } = error
  return {
    ...detail.data,
    code,
    ...(detail.upstream ? { upstream: detail.upstream } : {}),
    ...(detail.tool ? { tool: detail.tool } : {}),
    retryable: detail.retryable ?? failure.retryable,
    ...(detail.retryAfterMs ? { retryAfterMs: detail.retryAfterMs } : {}),
    requestId,
    hint: detail.hint ?? failure.hint,
  }
}

// Clients turn a 5xx into a bare transport error and lose the reason, so the gateway's own failures go in band;
// to a legacy client a 404 says that its session is gone, so an unknown method goes in band too.
function statusOf({ code, failure }: GatewayError, idText: string | null, isModern: boolean): number {
  const isInBand = failure.rpc === -32603 || (code === 'method_not_found' && !isModern)
  return idText !== null && isInBand ? 200 : failure.http
}

function failureHeaders({ code, failure, detail }: GatewayError): Record<string, string> {
  const headers: Record<string, string> = {}
  if (code === 'unauthorized') headers['WWW-Authenticate'] = 'Bearer realm="causeway"'
  if (code === 'http_method_not_allowed') headers.Allow = 'GET, POST, DELETE'
  if (failure.http === 503)
    headers['Retry-After'] = String(Math.max(1, Math.ceil((detail.retryAfterMs ?? 1_000) / 1_000)))
  // The rest of a body that was not read would be taken for the next request.
  if (code === 'body_too_large' || code === 'body_too_slow') headers.Connection = 'close'
  return headers
}

function writeAll(response: ServerResponse, buffers: readonly Buffer[]): void {
  const last = buffers.at(-1)
  if (buffers.length > 1) response.cork()
  for (const each of buffers.slice(0, -1)) response.write(each)
  response.end(last)
  if (buffers.length > 1) response.uncork()
}
