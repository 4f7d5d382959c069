/** An upstream's JSON-RPC response, checked: it is one, it answers this request, and it is a result or an error. */
import { GatewayError } from '../errors.ts'
import { isObject } from '../wire/envelope.ts'

export interface RpcError {
  code: number
  message: string
  data?: unknown
}

/** A checked response with its text, and the bytes of that where it came as a body of its own. */
export type UpstreamAnswer = { text: string; body?: Buffer | undefined } & (
  | { result: Record<string, unknown>; error?: undefined }
  | { error: RpcError; result?: undefined }
)

/**
 * Reads a response.
 * @param text the whole message
 * @param idText the id it must carry, as JSON text
 * @throws GatewayError upstream_invalid
 */
export function readAnswer(text: string, idText: string, upstream: string): UpstreamAnswer {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch (cause) {
    throw invalid(upstream, 'its answer is not JSON', cause)
  }
  return checkAnswer(message, { text, idText, upstream })
}

/**
 * Checks a response that was parsed already.
 * @throws GatewayError upstream_invalid
 */
export function checkAnswer(
  message: unknown,
  { text, idText, upstream }: { text: string; idText: string; upstream: string },
): UpstreamAnswer {
  if (!isObject(message) || message.jsonrpc !== '2.0') throw invalid(upstream, 'its answer is not JSON-RPC 2.0')
  // An error about a request that could not be read has no id to carry.
  const isIdless = message.id === undefined || message.id === null
  if (message.id !== JSON.parse(idText) && !(isIdless && message.error))
    throw invalid(upstream, 'its answer belongs to another request')
  if (message.method !== undefined || (message.result !== undefined && message.error !== undefined))
    throw invalid(upstream, 'its answer is not one response')
  if (isObject(message.error)) {
    if (!Number.isInteger(message.error.code) || typeof message.error.message !== 'string')
      throw invalid(upstream, 'its error has no code or message')
    return { text, error: message.error as unknown as RpcError }
  }
  if (!isObject(message.result)) throw invalid(upstream, 'its answer has neither a result object nor an error')
  return { text, result: message.result }
}

/** The failure of an upstream that breaks the protocol. */
export function invalid(upstream: string, reason: string, cause?: unknown): GatewayError {
  return new GatewayError('upstream_invalid', `Cannot use the answer of upstream "${upstream}": ${reason}`, {
    upstream,
    cause: cause ?? reason,
  })
}

/** The failure of an upstream that cannot be reached. `wasSent` says whether the call may have taken effect. */
export function unavailable(
  upstream: string,
  reason: string,
  more: { cause?: unknown; wasSent?: boolean; retryAfterMs?: number } = {},
): GatewayError {
  const outcome = more.wasSent
    ? {
        retryable: false,
        hint: 'The connection broke after the call was sent, so it may have taken effect. Check before you repeat it.',
      }
    : {}
  return new GatewayError('upstream_unavailable', `Cannot reach upstream "${upstream}": ${reason}`, {
    upstream,
    cause: more.cause ?? reason,
    retryAfterMs: more.retryAfterMs ?? 1_000,
    ...outcome,
  })
}

/** The failure of an upstream that is this gateway itself, whatever lies between. */
export function leadsBack(upstream: string, cause: unknown): GatewayError {
  const message = `Cannot use upstream "${upstream}": it leads back to this gateway, or through too many`
  return new GatewayError('gateway_loop', message, { upstream, cause })
}

/** Why something failed, without what could not be done. */
export function reasonOf(error: unknown): string {
  return (error as Error).message.replace(/^Cannot [^:]*: /, '')
}

/** One event of a stream as a message. */
export function parseEvent(data: string, upstream: string): Record<string, unknown> {
  try {
    const message: unknown = JSON.parse(data)
    if (isObject(message)) return message
  } catch {
    // told below
  }
  throw invalid(upstream, 'its event stream holds something that is not a JSON-RPC message')
}
