/** What an upstream's HTTP status means for the agent; the body of a refusal never reaches anybody. */
import { GatewayError } from '../errors.ts'
import { invalid, leadsBack, unavailable } from './answer.ts'
import type { HttpAnswer } from './http-post.ts'

/** Cause of the failure when the upstream refused the credential, and with it to run the call. */
export const UNAUTHORIZED = 'HTTP 401'

/**
 * Lets through answers that may hold a JSON-RPC response: 200, and 400 or 404 with one.
 * @throws GatewayError upstream_unavailable | upstream_overloaded | upstream_invalid | gateway_loop
 */
export function checkStatus(answer: HttpAnswer, upstream: string): void {
  const { status } = answer
  if (status === 200) return
  if ((status === 400 || status === 404) && isJson(answer)) return
  if (status === 401 || status === 403)
    throw unavailable(upstream, "it refused the gateway's credential", { cause: `HTTP ${status}` })
  if (status === 429 || status === 503) {
    const retryAfterMs = retryAfterOf(answer) ?? 1_000
    throw new GatewayError('upstream_overloaded', `Cannot call upstream "${upstream}": it is overloaded`, {
      upstream,
      retryAfterMs,
      cause: `HTTP ${status}`,
    })
  }
  if (status === 508) throw leadsBack(upstream, `HTTP ${status}`)
  if (status >= 500) throw unavailable(upstream, `it answered HTTP ${status}`, { wasSent: true })
  throw invalid(upstream, `it answered HTTP ${status}`)
}

/** Whether the body claims to be JSON. */
export function isJson(answer: HttpAnswer): boolean {
  return /^application\/json\b/.test(String(answer.headers['content-type'] ?? ''))
}

function retryAfterOf(answer: HttpAnswer): number | undefined {
  const seconds = Number(answer.headers['retry-after'])
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 3_600) * 1_000 : undefined
}
