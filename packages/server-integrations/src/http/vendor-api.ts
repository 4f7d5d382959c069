/** A third-party API at one base URL with one account: every request bounded, correlated and told as a result or a tool error. */
import type { LookupFunction } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { TRACEPARENT } from '@causeway/shared-contracts/trace-context'
import { REQUEST_ID_HEADER } from '@causeway/shared-contracts/wire-names'
import type { z } from 'zod'
import { type ExchangeOutcome, exchangeWithRetries } from '../resilience/exchange-with-retries.ts'
import { createRateGate } from '../resilience/rate-gate.ts'
import type { RequestBounds } from '../resilience/request-bounds.ts'
import { createResponseCache } from '../resilience/response-cache.ts'
import { type Exchange, exchange, type Reply } from './exchange.ts'
import { openPoolOnDemand } from './open-pool-on-demand.ts'
import { retryAfterMs } from './retry-after.ts'
import { abortFailure, TransportFailure } from './transport-failure.ts'
import type { VendorDialect, VendorReply } from './vendor-dialect.ts'
import { commonRefusal, DEFAULT_PAUSE_MS, isLimited, transportError, unreadable } from './vendor-failure.ts'
import { requestBody, requestTarget, type VendorCall, type VendorRequest } from './vendor-request.ts'

/** Where an API is and what opens it. */
export interface Endpoint {
  /** Base URL without a trailing slash; a path is kept. */
  baseUrl: string
  token: string
  /**
   * Called after the API refused `stale`; the token to go on with, or undefined when only a person can mend it.
   * @throws ToolError when that cannot be known now
   */
  renew?(stale: string): Promise<string | undefined>
  /** Resolves host names in place of Node.js, so as to refuse some. */
  lookup?: LookupFunction
}

export interface VendorApi {
  /** @throws ToolError in every case but success */
  call<Shape extends z.ZodType>(request: VendorRequest<Shape>, call: VendorCall): Promise<z.output<Shape>>
  /** Whether nothing is sent for now, because the API failed repeatedly. */
  isHeldBack(): boolean
  close(): Promise<void>
}

interface Window {
  signal: AbortSignal
  deadlineMs: number
}

/** Opens an API; connections are made on demand and only to the endpoint's origin. */
export function openVendorApi(dialect: VendorDialect, endpoint: Endpoint, bounds: RequestBounds): VendorApi {
  const base = new URL(endpoint.baseUrl)
  const basePath = base.pathname.replace(/\/+$/, '')
  const pools = openPoolOnDemand(base.origin, bounds, endpoint.lookup)
  const gate = createRateGate()
  const cache = createResponseCache()
  const account = { token: endpoint.token }

  const attempt = async (request: VendorRequest, wire: Exchange, signal: AbortSignal): Promise<VendorReply> => {
    const { pool } = await pools.get()
    const bucket = dialect.bucketOf?.(request) ?? ''
    gate.take(bucket)
    const reply = toVendorReply(
      await exchange(pool, wire, { signal, maxBytes: bounds.maxBytes }),
      secretsOf(dialect, account.token),
    )
    const nowMs = Date.now()
    const reading = dialect.limit?.(reply.headers, nowMs)
    if (reading) gate.learn(bucket, reading)
    if (isLimited(dialect, reply)) gate.pause(bucket, nowMs + (retryAfterMs(reply.headers, nowMs) ?? DEFAULT_PAUSE_MS))
    return reply
  }

  const sendOnce = async (request: VendorRequest, call: VendorCall, window: Window): Promise<ExchangeOutcome> => {
    const held = await waitForGate(gate.waitMs(dialect.bucketOf?.(request) ?? '', Date.now()), window)
    if (held) return held
    const wire = wireRequest(request, call)
    const isRepeatable = request.effect === 'read' || isKeyed(dialect, request)
    const etag = isCacheable(request) ? cache.etagOf(wire.path) : undefined
    if (etag) wire.headers['if-none-match'] = etag
    const { guard } = await pools.get()
    const send = () =>
      exchangeWithRetries(
        () => attempt(request, wire, isRepeatable ? attemptSignal(window.signal, bounds) : window.signal),
        {
          ...window,
          maxRetries: isRepeatable ? bounds.maxRetries : 0,
          isLimited: (reply) => isLimited(dialect, reply),
        },
      )
    const outcome = await guard.run(send, window.signal)
    return outcome instanceof TransportFailure || !isCacheable(request) ? outcome : cache.settle(wire.path, outcome)
  }

  const wireRequest = (request: VendorRequest, call: VendorCall): Exchange => {
    const content = requestBody(request)
    return {
      method: request.method,
      path: requestTarget(basePath, request),
      headers: {
        ...request.headers,
        ...dialect.headers(account.token),
        [REQUEST_ID_HEADER]: call.requestId,
        ...(call.traceparent === undefined ? {} : { [TRACEPARENT]: call.traceparent }),
        ...(content ? { 'content-type': content.type } : {}),
        ...(isKeyed(dialect, request)
          ? { [dialect.idempotencyHeader as string]: request.idempotencyKey as string }
          : {}),
      },
      ...(content ? { body: content.body } : {}),
    }
  }

  const send = async (request: VendorRequest, call: VendorCall): Promise<ExchangeOutcome> => {
    const window = {
      signal: AbortSignal.any([call.signal, AbortSignal.timeout(bounds.timeoutMs)]),
      deadlineMs: Date.now() + bounds.timeoutMs,
    }
    const used = account.token
    const outcome = await sendOnce(request, call, window)
    const isRefused = !(outcome instanceof TransportFailure) && dialect.isRefusedToken(outcome)
    const renewed = isRefused ? await endpoint.renew?.(used) : undefined
    if (!renewed) return outcome
    account.token = renewed
    // A refused token did nothing, so even a write may be sent again.
    return sendOnce(request, call, window)
  }

  return {
    async call(request, call) {
      const startedAtMs = performance.now()
      const outcome = await send(request, call)
      logExchange(dialect, call, { request, outcome, ms: performance.now() - startedAtMs })
      if (outcome instanceof TransportFailure) throw transportError(dialect, request, outcome)
      const refusal = commonRefusal(dialect, request, outcome) ?? dialect.refusal(outcome, request)
      if (refusal) throw refusal
      const parsed = request.shape.safeParse(outcome.body)
      if (!parsed.success) throw unreadable(dialect, request)
      return parsed.data
    },
    isHeldBack: () => pools.guard()?.isOpen() ?? false,
    close: pools.close,
  }
}

function isCacheable(request: VendorRequest): boolean {
  return request.method === 'GET' && request.effect === 'read'
}

function isKeyed(dialect: VendorDialect, request: VendorRequest): boolean {
  return dialect.idempotencyHeader !== undefined && request.idempotencyKey !== undefined
}

function attemptSignal(signal: AbortSignal, bounds: RequestBounds): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(bounds.attemptTimeoutMs)])
}

/** Waits for a limit to pass, or tells at once that it passes too late. */
async function waitForGate(waitMs: number, window: Window): Promise<TransportFailure | undefined> {
  if (waitMs <= 0) return undefined
  if (Date.now() + waitMs >= window.deadlineMs) return new TransportFailure('limited', 'it limits the rate', { waitMs })
  const slept = await sleep(waitMs, true, { signal: window.signal }).catch(() => false)
  return slept ? undefined : abortFailure(window.signal)
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

/** The token in every form in which it travels: as it is, the part after a user's name, and as headers carry it. */
function secretsOf(dialect: VendorDialect, token: string): string[] {
  if (token === '') return []
  const without = dialect.headers('')
  const carried = Object.entries(dialect.headers(token))
    .filter(([name, value]) => value !== without[name])
    .map(([, value]) => value.replace(/^(Basic|Bearer) /, ''))
  return [...new Set([token, token.slice(token.indexOf(':') + 1), ...carried])].filter((form) => form !== '')
}

function toVendorReply(reply: Reply, secrets: readonly string[]): VendorReply {
  // An API that echoes its caller's headers must not make the token part of a result.
  const text = secrets.reduce((cleaned, secret) => cleaned.replaceAll(secret, '•••'), reply.text)
  try {
    return { status: reply.status, headers: reply.headers, body: JSON.parse(text) }
  } catch {
    return { status: reply.status, headers: reply.headers, body: undefined }
  }
}
