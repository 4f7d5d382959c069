/** What one request to a third-party API may cost, and how much trouble a connection takes before it is left alone. */

export interface RequestBounds {
  connectTimeoutMs: number
  /** The whole call: waits and retries included. */
  timeoutMs: number
  /** One attempt of a call that may be repeated; others have the whole time. */
  attemptTimeoutMs: number
  /** Decoded bytes of an answer. */
  maxBytes: number
  /** After the first attempt, of calls that are safe to repeat. */
  maxRetries: number
  /** Calls of one connection at a time, and those that wait for a place. */
  maxConcurrent: number
  maxQueued: number
  /** Failed calls in a row after which nothing is sent for `breakerOpenMs`. */
  breakerFailures: number
  breakerOpenMs: number
}

/** The bounds that hold unless a test wants tighter ones. */
export const DEFAULT_BOUNDS: RequestBounds = {
  connectTimeoutMs: 2_000,
  timeoutMs: 10_000,
  attemptTimeoutMs: 4_000,
  maxBytes: 4_000_000,
  maxRetries: 3,
  maxConcurrent: 8,
  maxQueued: 32,
  breakerFailures: 5,
  breakerOpenMs: 10_000,
}
