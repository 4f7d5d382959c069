/** How Jira takes a token, tells its limits and says no. */
import { stripHidden } from '@causeway/shared-contracts/clean-text'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import type { VendorDialect } from '../http/vendor-dialect.ts'

const Refusal = z.object({
  errorMessages: z.array(z.string()).default([]),
  errors: z.record(z.string(), z.string()).default({}),
})

/** Jira Cloud's REST API, version 3. */
export const jiraDialect: VendorDialect = {
  id: 'jira',
  title: 'Jira',
  tokenVariable: 'JIRA_TOKEN',
  // An API token belongs to an address and goes with it; the token of an OAuth account goes alone.
  headers: (token) => ({
    accept: 'application/json',
    authorization: token.includes(':') ? `Basic ${Buffer.from(token).toString('base64')}` : `Bearer ${token}`,
  }),
  limit({ 'x-ratelimit-remaining': remaining, 'x-ratelimit-reset': reset }) {
    const resetAtMs = typeof reset === 'string' ? Date.parse(reset) : Number.NaN
    return remaining === undefined || Number.isNaN(resetAtMs) ? undefined : { remaining: Number(remaining), resetAtMs }
  },
  isRefusedToken: (reply) => reply.status === 401,
  refusal(reply, request) {
    const { status } = reply
    if (status < 400) return undefined
    if (status === 404) return new ToolError('not_found', request.missing)
    const parsed = Refusal.safeParse(reply.body)
    const fields = parsed.success ? Object.entries(parsed.data.errors).map(([field, why]) => `${field}: ${why}`) : []
    const reasons = parsed.success ? [...parsed.data.errorMessages, ...fields] : []
    const reason = stripHidden(reasons.join('; ')).slice(0, 300) || `status ${status}`
    return status === 403
      ? new ToolError('forbidden', `Cannot ${request.doing}: Jira refuses it to this connection (${reason}).`)
      : new ToolError('invalid_request', `Cannot ${request.doing}: Jira says "${reason}". Correct the arguments.`)
  },
}
