/** Why an exchange with a third-party API brought no usable answer, and so whether the API may have acted on it. */

/** `not_sent` is the only reason that proves the API never saw the request. */
export type TransportReason = 'not_sent' | 'lost' | 'timeout' | 'cancelled' | 'too_large' | 'unreadable'

/** An exchange that brought no usable answer. */
export class TransportFailure extends Error {
  readonly reason: TransportReason

  constructor(reason: TransportReason, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'TransportFailure'
    this.reason = reason
  }
}

/**
 * Sorts whatever an HTTP exchange threw.
 * @param signal the signal the exchange ran under: its reason tells a deadline from a cancellation
 */
export function toTransportFailure(error: unknown, signal: AbortSignal): TransportFailure {
  if (error instanceof TransportFailure) return error
  if (signal.aborted) {
    return (signal.reason as Error | undefined)?.name === 'TimeoutError'
      ? new TransportFailure('timeout', 'no answer in time', error)
      : new TransportFailure('cancelled', 'the call was cancelled', error)
  }
  const { code = '', syscall = '' } = error as NodeJS.ErrnoException
  const neverConnected = syscall === 'connect' || syscall === 'getaddrinfo' || syscall === 'getaddrinfo ENOTFOUND'
  if (neverConnected || /^(ECONNREFUSED|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_|CERT_|UNABLE_TO_|SELF_SIGNED_)/.test(code))
    return new TransportFailure('not_sent', `no connection (${code || 'unknown'})`, error)
  return new TransportFailure('lost', `the connection broke (${code || 'unknown'})`, error)
}
