/** The Ed25519 keys behind call tokens: kept in the store, renewed by age, published before they are used and after they retire. */
import { createPrivateKey, generateKeyPairSync, type JsonWebKey, type KeyObject, randomBytes } from 'node:crypto'
import type { Store } from '../store/open-store.ts'
import type { SigningKey } from '../store/signing-keys.ts'

const HOUR_MS = 3_600_000
const MAX_AGE_MS = 30 * 24 * HOUR_MS
const PUBLISHED_AFTER_RETIREMENT_MS = HOUR_MS
/** Verifiers refetch for an unknown key at most once a second, so a new one is published a little before it signs. */
const PUBLISHED_BEFORE_USE_MS = 5_000

/** When a key signs first, ms since the epoch; until then verifiers learn of it. */
export function signsFromMs({ createdMs }: Pick<SigningKey, 'createdMs'>): number {
  return createdMs + PUBLISHED_BEFORE_USE_MS
}

/** Until when a key is published that was retired at `retiredMs`. */
export function publishedUntilMs(retiredMs: number): number {
  return retiredMs + PUBLISHED_AFTER_RETIREMENT_MS
}

/** Hands out the key to sign with and the keys to publish. */
export interface SigningKeyring {
  signer(): { kid: string; key: KeyObject }
  /** Public JWKs, newest first. */
  published(): JsonWebKey[]
  rotate(): void
}

/** The keyring of a store; makes its first key. */
export function createSigningKeyring(store: Store, now: () => number): SigningKeyring {
  const imported = new Map<string, KeyObject>()
  const keep = (stored: SigningKey): { kid: string; key: KeyObject } => {
    const key = imported.get(stored.kid) ?? createPrivateKey({ key: stored.privateJwk, format: 'jwk' })
    imported.set(stored.kid, key)
    return { kid: stored.kid, key }
  }
  const renewIfOld = () => {
    store.transaction(() => {
      const [newest] = store.signingKeys.list()
      if (!newest || newest.createdMs + MAX_AGE_MS <= now()) succeed(store, now())
    })
  }
  renewIfOld()
  return {
    signer() {
      let keys = store.signingKeys.list()
      if (keys[0] && keys[0].createdMs + MAX_AGE_MS <= now()) {
        renewIfOld()
        keys = store.signingKeys.list()
      }
      const usable = keys.find((key) => signsFromMs(key) <= now()) ?? keys.at(-1)
      if (!usable) throw new Error('Cannot sign a call token: the store has no signing key')
      return keep(usable)
    },
    published() {
      return store.signingKeys
        .list()
        .filter(({ retiredMs }) => retiredMs === null || now() < publishedUntilMs(retiredMs))
        .map((key) => ({ ...key.publicJwk, kid: key.kid, alg: 'EdDSA', use: 'sig' }))
    },
    rotate: () => store.transaction(() => succeed(store, now())),
  }
}

function succeed(store: Store, nowMs: number): void {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  store.signingKeys.sweep(nowMs - PUBLISHED_AFTER_RETIREMENT_MS)
  store.signingKeys.succeed({
    kid: randomBytes(9).toString('base64url'),
    privateJwk: privateKey.export({ format: 'jwk' }),
    publicJwk: publicKey.export({ format: 'jwk' }),
    createdMs: nowMs,
  })
}
