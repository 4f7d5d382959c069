/** The keys of one issuer: fetched when a token needs them, kept while the issuer is away, renewed as it rotates them. */
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { fetchJson } from '../egress/fetch-json.ts'
import { findJwks } from './find-jwks.ts'

/** An unknown key id may be a new key; a stranger can make up any number of them. */
const MISS_COOLDOWN_MS = 30_000
/** Between two attempts at an issuer that did not answer. */
const RETRY_MS = 5_000
/** Keys that are older are renewed while they go on serving. */
const RENEW_MS = 5 * 60_000
/** Keys that are older are renewed before they serve, if the issuer answers. */
const OLD_MS = 60 * 60_000
const MAX_KEYS = 100

/** What the keys are made from. */
export interface IssuerKeysOptions {
  issuer: string
  /** `null` to find it in the issuer's metadata. */
  jwksUri: string | null
  now?: () => number
  /** Told when the keys cannot be fetched. */
  onFailure?: (error: unknown) => void
}

export class IssuerKeys {
  readonly #options: IssuerKeysOptions
  readonly #now: () => number
  #select: JWTVerifyGetKey | undefined
  #fetchedAtMs = 0
  #triedAtMs = Number.NEGATIVE_INFINITY
  #missedAtMs = Number.NEGATIVE_INFINITY
  #foundUri: string | undefined
  #fetching: Promise<void> | undefined

  constructor(options: IssuerKeysOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
  }

  /**
   * The key of a token, by its header alone.
   * @throws when the issuer has no such key, or its keys were never fetched
   */
  readonly keyOf: JWTVerifyGetKey = async (header, token) => {
    await this.#renew()
    try {
      return await this.#selected(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !this.#mayLookAgain()) throw error
      await this.#fetching
      return this.#selected(header, token)
    }
  }

  #selected(...token: Parameters<JWTVerifyGetKey>): ReturnType<JWTVerifyGetKey> {
    if (!this.#select) throw new Error(`Cannot verify a token of "${this.#options.issuer}": its keys are not known yet`)
    return this.#select(...token)
  }

  async #renew(): Promise<void> {
    const ageMs = this.#now() - this.#fetchedAtMs
    if (this.#select && ageMs < RENEW_MS) return
    if (this.#now() - this.#triedAtMs >= RETRY_MS) this.#fetch()
    if (!this.#select || ageMs >= OLD_MS) await this.#fetching
  }

  #mayLookAgain(): boolean {
    if (this.#fetching) return true
    if (this.#now() - this.#missedAtMs < MISS_COOLDOWN_MS) return false
    this.#missedAtMs = this.#now()
    this.#fetch()
    return true
  }

  #fetch(): void {
    if (this.#fetching) return
    this.#triedAtMs = this.#now()
    this.#fetching = this.#load()
      .catch((error) => {
        this.#foundUri = undefined
        this.#options.onFailure?.(error)
      })
      .finally(() => {
        this.#fetching = undefined
      })
  }

  async #load(): Promise<void> {
    const { issuer, jwksUri } = this.#options
    this.#foundUri ??= jwksUri ?? (await findJwks(issuer))
    const published = (await fetchJson(
      this.#foundUri,
      jwksUri === null ? [issuer] : [issuer, jwksUri],
    )) as Partial<JSONWebKeySet> | null
    if (!Array.isArray(published?.keys) || published.keys.length > MAX_KEYS)
      throw new Error(`Cannot use the keys at "${this.#foundUri}": not a JWK set of at most ${MAX_KEYS} keys`)
    this.#select = createLocalJWKSet({ keys: published.keys })
    this.#fetchedAtMs = this.#now()
  }
}
