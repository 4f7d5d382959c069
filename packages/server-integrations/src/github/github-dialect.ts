/** How GitHub takes a token and says no. */
import { stripHidden } from '@causeway/shared-contracts/clean-text'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import type { VendorDialect, VendorReply } from '../http/vendor-dialect.ts'
import type { VendorRequest } from '../http/vendor-request.ts'

const MAX_REASON_CHARS = 300
const Refusal = z.object({
  message: z.string().optional(),
  errors: z.array(z.object({ field: z.string().optional(), message: z.string().optional() })).optional(),
})

/** GitHub's REST API, version 2022-11-28. */
export const githubDialect: VendorDialect = {
  id: 'github',
  title: 'GitHub',
  tokenVariable: 'GITHUB_TOKEN',
  headers: (token) => ({
    authorization: `Bearer ${token}`,
    accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
    'user-agent': 'causeway-server-integrations',
  }),
  bucketOf: ({ path }: VendorRequest) => (path[0] === 'search' ? `search/${path[1] === 'code' ? 'code' : ''}` : 'core'),
  limit({ 'x-ratelimit-remaining': remaining, 'x-ratelimit-reset': reset }) {
    if (remaining === undefined || reset === undefined) return undefined
    return { remaining: Number(remaining), resetAtMs: Number(reset) * 1_000 }
  },
  // GitHub says "slow down" with 403 too, for its primary and its secondary limits alike.
  isLimited: (reply) => reply.status === 403 && isLimit(reply, refusalReason(reply)),
  isRefusedToken: (reply) => reply.status === 401,
  refusal(reply, request) {
    const { status } = reply
    if (status < 400) return undefined
    const reason = refusalReason(reply)
    if (status === 403) {
      return new ToolError(
        'forbidden',
        `Cannot ${request.doing}: GitHub refuses it to this connection (${reason}). Ask the operator for a token with that permission.`,
      )
    }
    if (status === 404 || status === 410) return new ToolError('not_found', request.missing)
    if (status === 409)
      return new ToolError('conflict', `Cannot ${request.doing}: ${reason}. Read the current state first.`)
    return new ToolError(
      'invalid_request',
      `Cannot ${request.doing}: GitHub says "${reason}" (${status}). Correct the arguments.`,
    )
  },
}

function isLimit(reply: VendorReply, reason: string): boolean {
  return (
    reply.headers['retry-after'] !== undefined ||
    reply.headers['x-ratelimit-remaining'] === '0' ||
    /rate limit|abuse detection/i.test(reason)
  )
}

function refusalReason(reply: VendorReply): string {
  const parsed = Refusal.safeParse(reply.body)
  if (!parsed.success) return `status ${reply.status}`
  const details = (parsed.data.errors ?? []).map((error) => [error.field, error.message].filter(Boolean).join(' '))
  const reason = [parsed.data.message, ...details].filter(Boolean).join('; ')
  return stripHidden(reason).slice(0, MAX_REASON_CHARS) || `status ${reply.status}`
}
