/** How Slack takes a token and says no: mostly with status 200 and an error word. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import type { VendorDialect, VendorReply } from '../http/vendor-dialect.ts'
import { connectionRequired, ownFailure } from '../http/vendor-failure.ts'
import type { VendorRequest } from '../http/vendor-request.ts'

const Verdict = z.object({ ok: z.boolean(), error: z.string().optional(), needed: z.string().optional() })
type Verdict = z.output<typeof Verdict>

const CREDENTIAL_ERRORS = [
  'not_authed',
  'invalid_auth',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'no_permission',
  'org_login_required',
]

/** After these, Slack's reference says, some aspect of the operation may have succeeded. */
const OWN_FAILURES = ['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout']

/** What each refusal of a message means, and what to do about it. */
const REFUSALS: Record<string, { code: string; advice: string }> = {
  not_in_channel: {
    code: 'not_in_channel',
    advice: 'Ask a member of the channel to invite the app, or post elsewhere.',
  },
  is_archived: { code: 'channel_archived', advice: 'The channel is archived. Choose another with slack_find_channel.' },
  restricted_action: { code: 'forbidden', advice: 'The workspace restricts posting there. Choose another channel.' },
  msg_too_long: { code: 'invalid_request', advice: 'Shorten the text.' },
  no_text: { code: 'invalid_request', advice: 'Give some text.' },
  thread_not_found: { code: 'not_found', advice: 'The thread does not exist. Leave out thread_ts to start one.' },
}

/** Slack's Web API. */
export const slackDialect: VendorDialect = {
  id: 'slack',
  title: 'Slack',
  tokenVariable: 'SLACK_BOT_TOKEN',
  headers: (token) => ({ authorization: `Bearer ${token}`, accept: 'application/json' }),
  // Slack grants each method its own number of calls a minute.
  bucketOf: ({ path }) => path[0] ?? '',
  isLimited: (reply) => errorWord(reply) === 'ratelimited',
  isRefusedToken: (reply) => reply.status === 401 || CREDENTIAL_ERRORS.includes(errorWord(reply) ?? ''),
  refusal(reply, request) {
    const verdict = Verdict.safeParse(reply.body)
    if (!verdict.success) {
      return reply.status < 400
        ? undefined
        : new ToolError('invalid_request', `Cannot ${request.doing}: Slack answered ${reply.status}.`)
    }
    if (verdict.data.ok) return undefined
    return toToolError(verdict.data, request)
  },
}

function errorWord(reply: VendorReply): string | undefined {
  const verdict = Verdict.safeParse(reply.body)
  return verdict.success && !verdict.data.ok ? verdict.data.error : undefined
}

function toToolError(verdict: Verdict, request: VendorRequest): ToolError {
  const error = (verdict.error ?? 'unknown_error').replace(/\W/g, '_').slice(0, 60)
  if (OWN_FAILURES.includes(error)) return ownFailure(slackDialect, request, `it says "${error}"`)
  if (CREDENTIAL_ERRORS.includes(error)) return connectionRequired(slackDialect, `Slack says "${error}"`)
  if (['channel_not_found', 'users_not_found', 'user_not_found'].includes(error))
    return new ToolError('not_found', request.missing)
  if (error === 'missing_scope') {
    const needed = (verdict.needed ?? 'unknown').replace(/[^\w:.,-]/g, '').slice(0, 80)
    return new ToolError(
      'forbidden',
      `Cannot ${request.doing}: the Slack app lacks the scope ${needed}. Ask the operator to add it.`,
    )
  }
  const known = REFUSALS[error]
  return new ToolError(
    known?.code ?? 'invalid_request',
    `Cannot ${request.doing}: Slack says "${error}". ${known?.advice ?? 'Correct the arguments or ask the operator.'}`,
  )
}
