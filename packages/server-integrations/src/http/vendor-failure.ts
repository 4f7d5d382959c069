/** The failures that all third-party APIs share, told so that a model knows whether to wait, to look or to ask a person. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { retryAfterMs } from './retry-after.ts'
import { TransportFailure } from './transport-failure.ts'
import type { VendorDialect, VendorReply } from './vendor-dialect.ts'
import type { VendorRequest } from './vendor-request.ts'

/** How long to stay away from an API that limits and does not say how long. */
export const DEFAULT_PAUSE_MS = 60_000

/** A write that may or may not have happened; it is never repeated on its own. */
function outcomeUnknown(dialect: VendorDialect, request: VendorRequest, why: string): ToolError {
  return new ToolError(
    'write_outcome_unknown',
    `${dialect.title} did not confirm the attempt to ${request.doing}: ${why}. It may have happened. ${request.check ?? 'Look before you repeat it.'}`,
  )
}

/** What a request without a usable answer means for the tool. */
export function transportError(dialect: VendorDialect, request: VendorRequest, failure: TransportFailure): ToolError {
  if (request.effect === 'write' && failure.maybeSent) return outcomeUnknown(dialect, request, failure.message)
  const what = `Cannot ${request.doing}: ${failure.message}.`
  if (failure.reason === 'too_large') return new ToolError('result_too_large', `${what} Ask for less.`)
  if (failure.reason === 'cancelled') return new ToolError('cancelled', what)
  if (failure.reason === 'limited') return rateLimited(dialect, request, failure.waitMs ?? DEFAULT_PAUSE_MS)
  if (failure.waitMs !== undefined) return heldBack(dialect, request, failure)
  return new ToolError('unavailable', `${what} ${dialect.title} was not reached or did not answer. Try again later.`, {
    retryable: true,
  })
}

/** What the statuses that mean the same everywhere mean; undefined for those that the dialect must read. */
export function commonRefusal(
  dialect: VendorDialect,
  request: VendorRequest,
  reply: VendorReply,
): ToolError | undefined {
  const { status } = reply
  if (status === 401) return connectionRequired(dialect, 'its token was refused (401)')
  if (isLimited(dialect, reply))
    return rateLimited(dialect, request, retryAfterMs(reply.headers, Date.now()) ?? DEFAULT_PAUSE_MS)
  // These two may be how an API answers a write that it did.
  if (request.effect === 'write' && (status === 302 || status === 303))
    return outcomeUnknown(dialect, request, `it answered ${status}`)
  if (status >= 300 && status < 400) {
    return new ToolError(
      'moved',
      `Cannot ${request.doing}: ${dialect.title} says it has moved, and redirects are not followed. Use its current name.`,
    )
  }
  if (status < 500) return undefined
  if (request.effect === 'write') return outcomeUnknown(dialect, request, `it answered ${status}`)
  const waitMs = retryAfterMs(reply.headers, Date.now())
  return new ToolError(
    'unavailable',
    `Cannot ${request.doing}: ${dialect.title} answered ${status}. Try again later.`,
    waitMs === undefined ? { retryable: true } : { retryable: true, retry_after_ms: waitMs },
  )
}

/** The API tells of a failure of its own, under whatever status: a write may have happened all the same. */
export function ownFailure(dialect: VendorDialect, request: VendorRequest, why: string): ToolError {
  if (request.effect === 'write') return outcomeUnknown(dialect, request, why)
  return new ToolError('unavailable', `Cannot ${request.doing}: ${dialect.title} failed: ${why}. Try again later.`, {
    retryable: true,
  })
}

/** The configured credential does not work; only a person can mend that. */
export function connectionRequired(dialect: VendorDialect, why: string): ToolError {
  const person = dialect.isOfOperator
    ? 'Ask the operator to'
    : `Have the person connect again with connect_account(integration="${dialect.id}"), or the operator`
  return new ToolError(
    'connection_required',
    `${dialect.title} is not usable: ${why}. ${person} set a valid ${dialect.tokenVariable}; do not retry before.`,
  )
}

/** Whether an answer means "slow down": nothing was done then. */
export function isLimited(dialect: VendorDialect, reply: VendorReply): boolean {
  return reply.status === 429 || (dialect.isLimited?.(reply) ?? false)
}

function rateLimited(dialect: VendorDialect, request: VendorRequest, waitMs: number): ToolError {
  return new ToolError(
    'rate_limited',
    `Cannot ${request.doing}: ${dialect.title} limits the rate. Wait ${Math.ceil(waitMs / 1_000)} s, then try again; nothing was done.`,
    { retryable: true, retry_after_ms: Math.ceil(waitMs) },
  )
}

/** Nothing was sent, because the API is down or too much is under way. */
function heldBack(dialect: VendorDialect, request: VendorRequest, failure: TransportFailure): ToolError {
  const code = failure.reason === 'circuit_open' ? 'circuit_open' : 'unavailable'
  const waitMs = Math.ceil(failure.waitMs ?? 0)
  return new ToolError(
    code,
    `Cannot ${request.doing}: ${dialect.title} was not asked: ${failure.message}. Nothing was done. Go on without it, or try again in ${Math.ceil(waitMs / 1_000)} s.`,
    { retryable: true, retry_after_ms: waitMs },
  )
}

/** The answer came but does not have the shape it should. */
export function unreadable(dialect: VendorDialect, request: VendorRequest): ToolError {
  return request.effect === 'write'
    ? outcomeUnknown(dialect, request, 'its answer could not be read')
    : transportError(dialect, request, new TransportFailure('unreadable', 'the answer could not be read'))
}
