/** A third-party API at one base URL with one account: every request bounded, correlated and told as a result or a tool error. */
import type { LookupFunction } from 'node:net'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import type { z } from 'zod'
import type { ExchangeOutcome } from '../resilience/exchange-with-retries.ts'
import type { RequestBounds } from '../resilience/request-bounds.ts'
import { openPoolOnDemand } from './open-pool-on-demand.ts'
import { TransportFailure } from './transport-failure.ts'
import type { VendorDialect } from './vendor-dialect.ts'
import { commonRefusal, transportError, unreadable } from './vendor-failure.ts'
import type { VendorCall, VendorRequest } from './vendor-request.ts'
import { createVendorSender } from './vendor-sender.ts'

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

/** Opens an API; connections are made on demand and only to the endpoint's origin. */
export function openVendorApi(dialect: VendorDialect, endpoint: Endpoint, bounds: RequestBounds): VendorApi {
  const base = new URL(endpoint.baseUrl)
  const pools = openPoolOnDemand(base.origin, bounds, endpoint.lookup)
  const sendOnce = createVendorSender({ dialect, basePath: base.pathname.replace(/\/+$/, ''), bounds, pools })
  const account = { token: endpoint.token }
  const send = async (request: VendorRequest, call: VendorCall): Promise<ExchangeOutcome> => {
    const sending = {
      request,
      call,
      token: account.token,
      signal: AbortSignal.any([call.signal, AbortSignal.timeout(bounds.timeoutMs)]),
      deadlineMs: Date.now() + bounds.timeoutMs,
    }
    const outcome = await sendOnce(sending)
    const isRefused = !(outcome instanceof TransportFailure) && dialect.isRefusedToken(outcome)
    const renewed = isRefused ? await endpoint.renew?.(sending.token) : undefined
    if (!renewed) return outcome
    account.token = renewed
    // A refused token did nothing, so even a write may be sent again.
    return sendOnce({ ...sending, token: renewed })
  }
  return {
    async call(request, call) {
      const startedAtMs = performance.now()
      const outcome = await send(request, call)
      logExchange(dialect, call, { request, outcome, ms: performance.now() - startedAtMs })
      if (outcome instanceof TransportFailure) throw transportError(dialect, request, outcome)
      const refusal = commonRefusal(dialect, request, outcome) ?? dialect.refusal(outcome, request)
      if (refusal) throw refusal
      if (request.wantsJson && outcome.isUnreadable) throw unreadable(dialect, request)
      const parsed = request.shape.safeParse(outcome.body)
      if (!parsed.success) throw unreadable(dialect, request)
      return parsed.data
    },
    isHeldBack: () => pools.guard()?.isOpen() ?? false,
    close: pools.close,
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
