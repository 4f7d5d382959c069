/** Tokens that are kept while they are good: fetched once however many want them, renewed before they end, and let go when they are refused. */

/** A token with its life. */
export interface FetchedToken {
  token: string
  lifeMs: number
}

interface Entry {
  token: string | undefined
  renewAtMs: number
  endsAtMs: number
  fetching: Promise<string> | undefined
  failure: { error: unknown; atMs: number } | undefined
  refusedAtMs: number
}

const MAX_ENTRIES = 10_000
/** Between two attempts after one that failed; calls in between fail at once, with the same error. */
const RETRY_MS = 1_000
/** A token is not handed out any more in its last seconds, so that it does not end on its way. */
const MARGIN_MS = 5_000
/** Whoever refuses every token must not have a new one fetched for each call. */
const REFUSAL_GAP_MS = 5_000

export class TokenStore {
  readonly #entries = new Map<string, Entry>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /**
   * The token under the key: at once while there is a good one.
   * @param obtain gets one
   * @throws what `obtain` throws
   */
  get(key: string, obtain: () => Promise<FetchedToken>): string | Promise<string> {
    const entry = this.#entries.get(key) ?? this.#add(key)
    const nowMs = this.#now()
    if (entry.token !== undefined && nowMs < entry.renewAtMs) return entry.token
    const hasToken = entry.token !== undefined && nowMs < entry.endsAtMs
    const { failure } = entry
    if (!entry.fetching && (!failure || nowMs - failure.atMs >= RETRY_MS)) this.#fetch(entry, obtain)
    if (hasToken) return entry.token as string
    return entry.fetching ?? Promise.reject(entry.failure?.error)
  }

  /** Lets go of a token that was refused. */
  refused(token: string): void {
    const nowMs = this.#now()
    for (const entry of this.#entries.values()) {
      if (entry.token !== token || nowMs - entry.refusedAtMs < REFUSAL_GAP_MS) continue
      entry.token = undefined
      entry.refusedAtMs = nowMs
    }
  }

  #add(key: string): Entry {
    const entry: Entry = {
      token: undefined,
      renewAtMs: 0,
      endsAtMs: 0,
      fetching: undefined,
      failure: undefined,
      refusedAtMs: Number.NEGATIVE_INFINITY,
    }
    if (this.#entries.size >= MAX_ENTRIES) this.#entries.delete(this.#entries.keys().next().value as string)
    this.#entries.set(key, entry)
    return entry
  }

  #fetch(entry: Entry, obtain: () => Promise<FetchedToken>): void {
    const startedAtMs = this.#now()
    entry.fetching = obtain().then(
      ({ token, lifeMs }) => {
        entry.token = token
        entry.renewAtMs = startedAtMs + lifeMs * 0.8
        entry.endsAtMs = startedAtMs + lifeMs - Math.min(MARGIN_MS, lifeMs / 10)
        entry.failure = undefined
        entry.fetching = undefined
        return token
      },
      (error: unknown) => {
        entry.failure = { error, atMs: this.#now() }
        entry.fetching = undefined
        throw error
      },
    )
    // Where the old token still serves, nobody waits for the new one.
    entry.fetching.catch(() => {})
  }
}
