/** How Stripe takes a key, does a write once, and says no. */
import { stripHidden } from '@causeway/shared-contracts/clean-text'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import type { VendorDialect } from '../http/vendor-dialect.ts'
import { ownFailure } from '../http/vendor-failure.ts'

const MAX_REASON_CHARS = 300
const Refusal = z.object({
  error: z.object({
    type: z.string().optional(),
    code: z.string().optional(),
    message: z.string().optional(),
    param: z.string().optional(),
  }),
})

/** Stripe's API, pinned to one version so that a release of theirs changes nothing here. */
export const stripeDialect: VendorDialect = {
  id: 'stripe',
  title: 'Stripe',
  tokenVariable: 'STRIPE_TOKEN',
  headers: (token) => ({ authorization: `Bearer ${token}`, 'stripe-version': '2025-09-30.clover' }),
  idempotencyHeader: 'idempotency-key',
  // Reads and writes are counted apart.
  bucketOf: ({ effect }) => effect,
  isRefusedToken: (reply) => reply.status === 401,
  refusal(reply, request) {
    const { status } = reply
    if (status < 400) return undefined
    const parsed = Refusal.safeParse(reply.body)
    const { code, message, param } = parsed.success ? parsed.data.error : {}
    const reason = stripHidden(message ?? `status ${status}`).slice(0, MAX_REASON_CHARS)
    if (status === 404 || code === 'resource_missing') return new ToolError('not_found', request.missing)
    if (status === 403)
      return new ToolError(
        'forbidden',
        `Cannot ${request.doing}: this key lacks the permission (${reason}). Ask the operator.`,
      )
    if (code === 'idempotency_key_in_use')
      return ownFailure(stripeDialect, request, 'an earlier sending of it is still under way')
    // A lock is held: nothing was done.
    if (status === 409)
      return new ToolError('conflict', `Cannot ${request.doing}: ${reason} Try again in a moment.`, {
        retryable: true,
        retry_after_ms: 1_000,
      })
    return new ToolError(
      'invalid_request',
      `Cannot ${request.doing}: Stripe says "${reason}" (${code ?? status}). Correct the arguments.`,
      param ? { field: param } : {},
    )
  },
}
