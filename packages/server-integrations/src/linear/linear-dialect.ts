/** How Linear takes a key, tells its limits and says no: mostly inside a GraphQL answer. */
import { stripHidden } from '@causeway/shared-contracts/clean-text'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import type { VendorDialect, VendorReply } from '../http/vendor-dialect.ts'
import { connectionRequired, ownFailure } from '../http/vendor-failure.ts'

const Refusal = z.object({
  errors: z
    .array(
      z.object({
        message: z.string(),
        extensions: z.object({ code: z.string().optional(), type: z.string().optional() }).optional(),
      }),
    )
    .min(1),
})

/** Its words for failures that are not the caller's. */
const OWN_FAILURE = /^(INTERNAL|NETWORK_ERROR|UNKNOWN|OTHER|LOCK_TIMEOUT|BOOTSTRAP)/

/** Linear's GraphQL API. */
export const linearDialect: VendorDialect = {
  id: 'linear',
  title: 'Linear',
  tokenVariable: 'LINEAR_TOKEN',
  // A personal key goes as it is, the token of an OAuth account as a bearer's.
  headers: (token) => ({ authorization: token.startsWith('lin_api_') ? token : `Bearer ${token}` }),
  limit({ 'x-ratelimit-requests-remaining': remaining, 'x-ratelimit-requests-reset': reset }) {
    if (remaining === undefined || reset === undefined) return undefined
    return { remaining: Number(remaining), resetAtMs: Number(reset) }
  },
  isLimited: (reply) => wordOf(reply) === 'RATELIMITED',
  isRefusedToken: (reply) => reply.status === 401 || wordOf(reply) === 'AUTHENTICATION_ERROR',
  refusal(reply, request) {
    const parsed = Refusal.safeParse(reply.body)
    if (!parsed.success) {
      return reply.status < 400
        ? undefined
        : new ToolError('invalid_request', `Cannot ${request.doing}: Linear answered ${reply.status}.`)
    }
    const word = wordOf(reply) ?? ''
    const message = stripHidden(parsed.data.errors[0]?.message ?? '').slice(0, 300)
    if (OWN_FAILURE.test(word)) return ownFailure(linearDialect, request, `it says "${message}"`)
    if (word === 'AUTHENTICATION_ERROR') return connectionRequired(linearDialect, 'its key was refused')
    if (/FORBIDDEN/.test(word))
      return new ToolError('forbidden', `Cannot ${request.doing}: Linear refuses it to this connection.`)
    if (/not found|could not find/i.test(message)) return new ToolError('not_found', request.missing)
    return new ToolError('invalid_request', `Cannot ${request.doing}: Linear says "${message}". Correct the arguments.`)
  },
}

function wordOf(reply: VendorReply): string | undefined {
  const parsed = Refusal.safeParse(reply.body)
  const extensions = parsed.success ? parsed.data.errors[0]?.extensions : undefined
  return (extensions?.code ?? extensions?.type)?.toUpperCase().replaceAll(' ', '_')
}
