/** The `reply` step: one JSON answer, or a stream of events that ends with it. Everything an agent is sent leaves here. */
import type { GatewayError } from '../errors.ts'
import { errorText } from '../wire/jsonrpc.ts'
import { eventText, KEEP_ALIVE } from '../wire/sse.ts'
import { atTurnEnd, MIN_GATHERED } from '../wire/turn-end.ts'
import type { Exchange, McpResponse } from './receive.ts'

const KEEP_ALIVE_MS = 15_000
/** Most bytes that wait for a client before events are left out; the answer itself never is. */
const MAX_UNREAD_BYTES = 1024 * 1024
/** Up to here a copy into the buffer of the head is cheaper than a second piece to write. */
const MAX_COPIED_BYTES = 16 * 1024

let openReplies = 0

/** What is sent as an answer: text, bytes, or parts of both. */
type Body = string | Buffer | readonly (string | Buffer)[]

/** The response of one exchange. A class and one listener, because this is made for every request: closures for each way to answer cost 2 % of a call. */
export class Reply {
  readonly #response: McpResponse
  readonly #requestId: string
  #keepAlive: NodeJS.Timeout | undefined
  #onGone: (() => void) | undefined
  #onOut: (() => void) | undefined
  #isCancelled = false
  /** Whether an answer is written, or will be at the end of the turn. */
  #isAnswered = false
  /** Whether the client reads events; known once its head was looked at. */
  canStream = false
  /** Whether the message is of the modern era, where a client that goes away gives up; known once it was read. */
  isModern = false
  /** Status, once begun. */
  status = 0
  /** Bytes of the answer, or of the event that ends it. */
  bytes = 0

  constructor({ response, requestId }: Pick<Exchange, 'response' | 'requestId'>) {
    this.#response = response
    this.#requestId = requestId
    openReplies++
    response.once('close', () => this.#closed())
  }

  /** Sends a message that belongs to the request; turns the answer into an event stream, or does nothing when the client reads none or lags far behind. */
  event(text: string): void {
    const response = this.#response
    if (!this.canStream || this.#isAnswered || response.writableEnded || response.destroyed) return
    if (response.writableLength > MAX_UNREAD_BYTES) return
    if (!this.#keepAlive) {
      this.#head(200, ['Content-Type', 'text/event-stream', 'X-Accel-Buffering', 'no'])
      this.#keepAlive = setInterval(() => response.write(KEEP_ALIVE), KEEP_ALIVE_MS)
    }
    response.write(eventText(text))
  }

  /** Sends the answer and ends. Several parts are written one after the other. */
  answer(status: number, body: Body, headers: readonly string[] = []): void {
    if (this.#keepAlive) {
      clearInterval(this.#keepAlive)
      this.bytes = sizeOf(body)
      this.#response.end(eventText(textOf(body)))
      return
    }
    this.bytes = sizeOf(body)
    // Nothing is sent yet, but what is wrong with the head shows while there is somebody to be told.
    this.#head(status, ['Content-Type', 'application/json', 'Content-Length', String(this.bytes), ...headers])
    this.#isAnswered = true
    // A large one takes longer to write than it takes to wake its reader, and would only keep others waiting.
    if (openReplies < MIN_GATHERED || this.bytes > MAX_COPIED_BYTES) this.#end(body)
    else atTurnEnd(() => this.#end(body))
  }

  /** Ends without a body. */
  empty(status: number): void {
    this.#head(status, [])
    this.#response.end()
  }

  /** Answers with a failure: in band when the request's id is known and the specification does not ask for a status. */
  fail(error: GatewayError, idText: string | null): void {
    // A stream that was opened elsewhere has no place for an answer; its client listens again.
    if (this.#response.headersSent && !this.#keepAlive) {
      this.#response.destroy()
      return
    }
    const { rpc } = error.failure
    const data = dataOf(error, this.#requestId)
    const body = errorText(idText, { code: rpc || -32603, message: error.message, data })
    this.answer(statusOf(error, idText, this.isModern), body, failureHeaders(error))
  }

  /** Whether the client has cancelled, or has gone away and gave up by that. */
  get isGivenUp(): boolean {
    return this.#isCancelled || (this.isModern && this.#response.destroyed && !this.#response.writableFinished)
  }

  /** Takes note that the client has cancelled. */
  giveUp(): void {
    this.#isCancelled = true
  }

  /** Calls back when the client goes away before the end, or at once if it has, if that means that it gave up: a legacy client's disconnect is not a cancel. */
  onDisconnect(callback: () => void): void {
    this.#onGone = callback
    if (this.#response.destroyed) this.#tellGone()
  }

  /** Calls back once the answer is out, or at once where none was begun or a stream stays open. */
  whenOut(callback: () => void): void {
    const { writableFinished, destroyed } = this.#response
    // An answer that its reader has not taken yet is memory, and would be cut off if the process ended now.
    const isOnItsWay = this.#isAnswered || this.#response.writableEnded
    if (isOnItsWay && !writableFinished && !destroyed) this.#onOut = callback
    else callback()
  }

  #head(status: number, headers: readonly string[]): void {
    this.status = status
    this.#response.writeHead(status, ['Cache-Control', 'no-store', 'X-Request-Id', this.#requestId, ...headers])
  }

  // What is text or small leaves in one write together with the head; Latin-1 is bytes as they are.
  #end(body: Body): void {
    if (typeof body === 'string') this.#response.end(body)
    else if (!Buffer.isBuffer(body)) writeAll(this.#response, body)
    else if (body.length <= MAX_COPIED_BYTES) this.#response.end(body.toString('latin1'), 'latin1')
    else this.#response.end(body)
  }

  #closed(): void {
    openReplies--
    clearInterval(this.#keepAlive)
    this.#tellGone()
    this.#onOut?.()
  }

  #tellGone(): void {
    if (this.isModern && !this.#response.writableFinished) this.#onGone?.()
  }
}

function sizeOf(body: Body): number {
  if (typeof body === 'string') return Buffer.byteLength(body)
  return Buffer.isBuffer(body) ? body.length : body.reduce((sum, each) => sum + sizeOf(each), 0)
}

function textOf(body: Body): string {
  if (typeof body === 'string') return body
  return Buffer.isBuffer(body) ? body.toString('utf8') : body.map(textOf).join('')
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

// Clients turn a 5xx into a bare transport error and lose the reason, so the gateway's own failures go in band, except
// the one that concerns every call that writes, whoever makes it: load balancers and monitors have to see it;
// to a legacy client a 404 says that its session is gone, so an unknown method goes in band too.
function statusOf({ code, failure }: GatewayError, idText: string | null, isModern: boolean): number {
  const isInBand =
    (failure.rpc === -32603 && code !== 'audit_unavailable') || (code === 'method_not_found' && !isModern)
  return idText !== null && isInBand ? 200 : failure.http
}

function failureHeaders({ code, failure, detail }: GatewayError): string[] {
  const headers: string[] = []
  if (detail.challenge !== undefined) headers.push('WWW-Authenticate', detail.challenge)
  if (code === 'http_method_not_allowed') headers.push('Allow', 'GET, POST, DELETE')
  if (failure.http === 503 || failure.http === 429)
    headers.push('Retry-After', String(Math.max(1, Math.ceil((detail.retryAfterMs ?? 1_000) / 1_000))))
  // The rest of a body that was not read would be taken for the next request.
  if (code === 'body_too_large' || code === 'body_too_slow') headers.push('Connection', 'close')
  return headers
}

function writeAll(response: McpResponse, parts: readonly (string | Buffer)[]): void {
  response.cork()
  for (const part of parts) response.write(part)
  response.end()
  response.uncork()
}
