/** The form of an API key, `cwy_live_<keyId>_<secret><crc>`, and the keyed hash that stands for it in the store. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Store } from '../store/open-store.ts'
import { randomBase62, toBase62 } from './base62.ts'

const KEY_ID_LENGTH = 12
// 32 characters of base 62 are 190 bits.
const SECRET_LENGTH = 32
const CRC_LENGTH = 6
const FORM = /^(cwy_live_([0-9A-Za-z]{12})_[0-9A-Za-z]{32})([0-9A-Za-z]{6})$/

/** A new key: `text` is shown once and kept nowhere. */
export interface MintedKey {
  keyId: string
  text: string
}

/** Makes a key that nobody could guess. */
export function mintApiKey(): MintedKey {
  const keyId = randomBase62(KEY_ID_LENGTH)
  const body = `cwy_live_${keyId}_${randomBase62(SECRET_LENGTH)}`
  return { keyId, text: body + checksumOf(body) }
}

/** The key id in a well-formed key; `undefined` for any other text, a mistyped key included. */
export function parseApiKey(text: string): string | undefined {
  const [, body, keyId, checksum] = FORM.exec(text) ?? []
  return body !== undefined && checksumOf(body) === checksum ? keyId : undefined
}

/** Hashes and compares keys with a pepper that never leaves the process. */
export interface KeyHasher {
  hash(text: string): Buffer
  /** Compares in constant time; without a stored hash it takes as long and is false. */
  matches(text: string, stored: Uint8Array | undefined): boolean
}

/** A hasher whose pepper comes from the store's master secret. */
export function createKeyHasher(store: Store): KeyHasher {
  const pepper = store.deriveKey('api-key-pepper')
  const nothing = Buffer.alloc(32)
  const hash = (text: string) => createHmac('sha256', pepper).update(text).digest()
  return {
    hash,
    matches: (text, stored) => timingSafeEqual(hash(text), stored ?? nothing) && stored !== undefined,
  }
}

// Catches typing errors before anything is looked up, and lets secret scanners tell a key from noise.
function checksumOf(body: string): string {
  return toBase62(crc32(body), CRC_LENGTH)
}
