/** A failure as the admin API answers it. */
import type { GatewayError } from '../errors.ts'
import { FAILURES } from '../failures.ts'

/** JSON with a stable code, the cause and what to do; never a stack or an inner cause. */
export function errorBody({ code, message, detail }: GatewayError, requestId: string): Response {
  const { http, hint } = FAILURES[code]
  const error = { code, message, hint: detail.hint ?? hint, requestId, ...detail.data }
  const headers: Record<string, string> = {}
  if (detail.challenge) headers['www-authenticate'] = detail.challenge
  if (detail.retryAfterMs !== undefined) headers['retry-after'] = String(Math.ceil(detail.retryAfterMs / 1_000))
  // What is answered in band toward agents is the gateway's own fault here.
  return Response.json({ error }, { status: http === 200 ? 500 : http, headers })
}
