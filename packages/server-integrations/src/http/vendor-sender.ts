/** Sends requests of one connection: what it has learned of limits and answers stays with it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type ExchangeOutcome, exchangeWithRetries } from '../resilience/exchange-with-retries.ts'
import { createRateGate, type RateGate } from '../resilience/rate-gate.ts'
import type { RequestBounds } from '../resilience/request-bounds.ts'
import { cacheKey, createResponseCache } from '../resilience/response-cache.ts'
import { type Exchange, exchange } from './exchange.ts'
import type { openPoolOnDemand } from './open-pool-on-demand.ts'
import { retryAfterMs } from './retry-after.ts'
import { toVendorReply } from './to-vendor-reply.ts'
import { abortFailure, TransportFailure } from './transport-failure.ts'
import type { VendorDialect, VendorReply } from './vendor-dialect.ts'
import { DEFAULT_PAUSE_MS, isLimited } from './vendor-failure.ts'
import type { VendorCall, VendorRequest } from './vendor-request.ts'
import { isKeyed, wireRequest } from './wire-request.ts'

/** The longest window in which an API counts that is waited out unasked. */
const MAX_WINDOW_MS = 60 * 60_000

/** One request with what it may take. */
export interface Sending {
  request: VendorRequest
  call: VendorCall
  token: string
  /** Ends with the call, or with its time. */
  signal: AbortSignal
  /** Epoch milliseconds. */
  deadlineMs: number
}

interface SenderParts {
  dialect: VendorDialect
  basePath: string
  bounds: RequestBounds
  pools: ReturnType<typeof openPoolOnDemand>
}

/** Deadline, then cache, learned limits, places, breaker, retries, and the time of one attempt; in this order. */
export function createVendorSender({ dialect, basePath, bounds, pools }: SenderParts) {
  const gate = createRateGate()
  const cache = createResponseCache()
  const bucketOf = (request: VendorRequest) => dialect.bucketOf?.(request) ?? ''

  const attempt = async ({ request, token, signal }: Sending, wire: Exchange): Promise<VendorReply> => {
    const { pool } = await pools.get()
    const bucket = bucketOf(request)
    gate.take(bucket)
    const reply = toVendorReply(await exchange(pool, wire, { signal, maxBytes: bounds.maxBytes }), dialect, token)
    learnLimits(gate, { dialect, bucket, reply })
    return reply
  }

  return async function send(sending: Sending): Promise<ExchangeOutcome> {
    const { request, call, token, signal, deadlineMs } = sending
    const held = await waitForGate(gate.waitMs(bucketOf(request), Date.now()), sending)
    if (held) return held
    const wire = wireRequest(request, call, { dialect, basePath, token })
    const isCacheable = request.method === 'GET' && request.effect === 'read'
    const key = cacheKey(wire)
    const found = isCacheable ? cache.find(key) : undefined
    if (found) wire.headers['if-none-match'] = found.etag
    const isRepeatable = request.effect === 'read' || isKeyed(dialect, request)
    const policy = {
      maxRetries: isRepeatable ? bounds.maxRetries : 0,
      isWrite: request.effect === 'write',
      deadlineMs,
      signal,
      isLimited: (reply: VendorReply) => isLimited(dialect, reply),
    }
    const attemptSignal = () =>
      isRepeatable ? AbortSignal.any([signal, AbortSignal.timeout(bounds.attemptTimeoutMs)]) : signal
    const { guard } = await pools.get()
    const outcome = await guard.run(
      () => exchangeWithRetries(() => attempt({ ...sending, signal: attemptSignal() }, wire), policy),
      signal,
    )
    return outcome instanceof TransportFailure || !isCacheable ? outcome : cache.settle(key, outcome, found)
  }
}

function learnLimits(
  gate: RateGate,
  { dialect, bucket, reply }: { dialect: VendorDialect; bucket: string; reply: VendorReply },
): void {
  const nowMs = Date.now()
  const reading = dialect.limit?.(reply.headers, nowMs)
  // Whoever names the year 3000 is asked again all the same.
  if (reading) gate.learn(bucket, { ...reading, resetAtMs: Math.min(reading.resetAtMs, nowMs + MAX_WINDOW_MS) })
  if (isLimited(dialect, reply)) gate.pause(bucket, nowMs + (retryAfterMs(reply.headers, nowMs) ?? DEFAULT_PAUSE_MS))
}

/** Waits for a limit to pass, or tells at once that it passes too late. */
async function waitForGate(
  waitMs: number,
  { signal, deadlineMs }: Pick<Sending, 'signal' | 'deadlineMs'>,
): Promise<TransportFailure | undefined> {
  if (waitMs <= 0) return undefined
  if (Date.now() + waitMs >= deadlineMs) return new TransportFailure('limited', 'it limits the rate', { waitMs })
  const slept = await sleep(waitMs, true, { signal }).catch(() => false)
  if (slept) return undefined
  return new TransportFailure('busy', abortFailure(signal).message)
}
