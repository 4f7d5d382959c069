/** A third-party API at one base URL with one token: every request bounded, correlated and told as a result or a tool error. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { TRACEPARENT } from '@causeway/shared-contracts/trace-context'
import { REQUEST_ID_HEADER } from '@causeway/shared-contracts/wire-names'
import type { Pool } from 'undici'
import type { z } from 'zod'
import { exchange, type Reply } from './exchange.ts'
import { type ExchangeOutcome, exchangeWithRetries } from './exchange-with-retries.ts'
import { TransportFailure } from './transport-failure.ts'
import type { VendorDialect, VendorReply } from './vendor-dialect.ts'
import { commonRefusal, transportError, unreadable } from './vendor-failure.ts'
import { requestBody, requestTarget, type VendorCall, type VendorRequest } from './vendor-request.ts'

/** Where an API is and what opens it. */
export interface Endpoint {
  /** Base URL without a trailing slash; a path is kept. */
  baseUrl: string
  token: string
}

/** What one request may cost. */
export interface RequestBounds {
  connectTimeoutMs: number
  /** Whole request, retries included. */
  timeoutMs: number
  /** Decoded bytes of an answer. */
  maxBytes: number
  /** Of requests that only read. */
  maxAttempts: number
}

/** The bounds that hold unless a test wants tighter ones. */
export const DEFAULT_BOUNDS: RequestBounds = {
  connectTimeoutMs: 2_000,
  timeoutMs: 10_000,
  maxBytes: 4_000_000,
  maxAttempts: 3,
}

const MAX_CONNECTIONS = 8

export interface VendorApi {
  /** @throws ToolError in every case but success */
  call<Shape extends z.ZodType>(request: VendorRequest<Shape>, call: VendorCall): Promise<z.output<Shape>>
  close(): Promise<void>
}

/** Opens an API; connections are made on demand and only to the endpoint's origin. */
export function openVendorApi(dialect: VendorDialect, endpoint: Endpoint, bounds: RequestBounds): VendorApi {
  const base = new URL(endpoint.baseUrl)
  const basePath = base.pathname.replace(/\/+$/, '')
  const pools = openPoolOnDemand(base.origin, bounds)
  const send = async (request: VendorRequest, call: VendorCall) => {
    const content = requestBody(request)
    const signal = AbortSignal.any([call.signal, AbortSignal.timeout(bounds.timeoutMs)])
    const wire = {
      method: request.method,
      path: requestTarget(basePath, request),
      headers: {
        ...dialect.headers(endpoint.token),
        [REQUEST_ID_HEADER]: call.requestId,
        ...(call.traceparent === undefined ? {} : { [TRACEPARENT]: call.traceparent }),
        ...(content ? { 'content-type': content.type } : {}),
      },
      ...(content ? { body: content.body } : {}),
    }
    const pool = await pools.get()
    return exchangeWithRetries(() => exchange(pool, wire, { signal, maxBytes: bounds.maxBytes }), {
      maxAttempts: request.effect === 'read' ? bounds.maxAttempts : 1,
      signal,
    })
  }
  return {
    async call(request, call) {
      const startedAtMs = performance.now()
      const outcome = await send(request, call)
      logExchange(dialect, call, { request, outcome, ms: performance.now() - startedAtMs })
      if (outcome instanceof TransportFailure) throw transportError(dialect, request, outcome)
      const reply = toVendorReply(outcome, endpoint.token)
      const refusal = commonRefusal(dialect, request, reply) ?? dialect.refusal(reply, request)
      if (refusal) throw refusal
      const parsed = request.shape.safeParse(reply.body)
      if (!parsed.success) throw unreadable(dialect, request)
      return parsed.data
    },
    close: pools.close,
  }
}

/** Loading undici takes longer than all the rest of starting, so it waits for the first request. */
function openPoolOnDemand(origin: string, bounds: RequestBounds) {
  let opened: Promise<Pool> | undefined
  const open = async () => {
    const { Pool } = await import('undici')
    const connect = { timeout: bounds.connectTimeoutMs }
    return new Pool(origin, { connections: MAX_CONNECTIONS, connect, allowH2: false })
  }
  return {
    get() {
      opened ??= open()
      return opened
    },
    async close() {
      await (await opened)?.destroy()
    },
  }
}

// Neither path nor answer: they hold what the tool was asked for.
function logExchange(
  { id }: VendorDialect,
  { log }: VendorCall,
  { request, outcome, ms }: { request: VendorRequest; outcome: ExchangeOutcome; ms: number },
): void {
  const ended = outcome instanceof TransportFailure ? { failure: outcome.reason } : { status: outcome.status }
  log.info(
    { vendor: id, method: request.method, effect: request.effect, ...ended, ms: Math.round(ms) },
    'third-party call',
  )
}

/** Whether an error is the API's way to say that the thing does not exist. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ToolError && error.shape.code === 'not_found'
}

function toVendorReply(reply: Reply, token: string): VendorReply {
  // An API that echoes its caller's headers must not make the token part of a result.
  const text = token ? reply.text.replaceAll(token, '•••') : reply.text
  try {
    return { status: reply.status, headers: reply.headers, body: JSON.parse(text) }
  } catch {
    return { status: reply.status, headers: reply.headers, body: undefined }
  }
}
