/** Why an exchange with a third-party API brought no usable answer, and so whether the API may have acted on it. */

/** The reasons that prove the API never saw the request. */
const UNSENT = ['not_sent', 'circuit_open', 'busy', 'limited'] as const

export type TransportReason = (typeof UNSENT)[number] | 'lost' | 'timeout' | 'cancelled' | 'too_large' | 'unreadable'

/** An exchange that brought no usable answer. */
export class TransportFailure extends Error {
  readonly reason: TransportReason
  /** How long to stay away, in milliseconds, where that is known. */
  readonly waitMs: number | undefined

  constructor(reason: TransportReason, message: string, more: { cause?: unknown; waitMs?: number } = {}) {
    super(message, { cause: more.cause })
    this.name = 'TransportFailure'
    this.reason = reason
    this.waitMs = more.waitMs
  }

  /** Whether the API may have seen the request. */
  get maybeSent(): boolean {
    return !(UNSENT as readonly string[]).includes(this.reason)
  }
}

/**
 * Sorts whatever an HTTP exchange threw.
 * @param signal the signal the exchange ran under: its reason tells a deadline from a cancellation
 */
export function toTransportFailure(error: unknown, signal: AbortSignal): TransportFailure {
  if (error instanceof TransportFailure) return error
  if (signal.aborted) return abortFailure(signal, error)
  const { code = '', syscall = '' } = error as NodeJS.ErrnoException
  const neverConnected = syscall === 'connect' || syscall === 'getaddrinfo' || syscall === 'getaddrinfo ENOTFOUND'
  if (neverConnected || /^(ECONNREFUSED|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_|CERT_|UNABLE_TO_|SELF_SIGNED_)/.test(code))
    return new TransportFailure('not_sent', `no connection (${code || 'unknown'})`, { cause: error })
  return new TransportFailure('lost', `the connection broke (${code || 'unknown'})`, { cause: error })
}

/** What an aborted signal means: a deadline or a cancellation. */
export function abortFailure(signal: AbortSignal, cause?: unknown): TransportFailure {
  return (signal.reason as Error | undefined)?.name === 'TimeoutError'
    ? new TransportFailure('timeout', 'no answer in time', { cause })
    : new TransportFailure('cancelled', 'the call was cancelled', { cause })
}
