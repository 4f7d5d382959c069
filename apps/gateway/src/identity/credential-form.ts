/** The form of the credentials that the gateway makes, `<prefix>_<id>_<secret><crc>`, and the keyed hash that stands for one in the store. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Store } from '../store/open-store.ts'
import { randomBase62, toBase62 } from './base62.ts'

const ID_LENGTH = 12
// 32 characters of base 62 are 190 bits.
const SECRET_LENGTH = 32
const CRC_LENGTH = 6

/** A new credential: `text` is shown once and kept nowhere. */
export interface Minted {
  id: string
  text: string
}

/** Makes and reads credentials of one kind. */
export interface CredentialForm {
  /** Makes one that nobody could guess. */
  mint(): Minted
  /** The id in a well-formed credential; `undefined` for any other text, a mistyped one included. */
  parse(text: string): string | undefined
}

/** @param prefix what every credential of the kind begins with */
export function createCredentialForm(prefix: string): CredentialForm {
  const form = new RegExp(
    `^(${prefix}_([0-9A-Za-z]{${ID_LENGTH}})_[0-9A-Za-z]{${SECRET_LENGTH}})([0-9A-Za-z]{${CRC_LENGTH}})$`,
  )
  return {
    mint() {
      const id = randomBase62(ID_LENGTH)
      const body = `${prefix}_${id}_${randomBase62(SECRET_LENGTH)}`
      return { id, text: body + checksumOf(body) }
    },
    parse(text) {
      const [, body, id, checksum] = form.exec(text) ?? []
      return body !== undefined && checksumOf(body) === checksum ? id : undefined
    },
  }
}

/** Hashes and compares credentials with a pepper that never leaves the process. */
export interface KeyHasher {
  hash(text: string): Buffer
  /** Compares in constant time; without a stored hash it takes as long and is false. */
  matches(text: string, stored: Uint8Array | undefined): boolean
}

/** A hasher whose pepper comes from the store's master secret. */
export function createHasher(store: Pick<Store, 'deriveKey'>, purpose: string): KeyHasher {
  const pepper = store.deriveKey(purpose)
  const nothing = Buffer.alloc(32)
  const hash = (text: string) => createHmac('sha256', pepper).update(text).digest()
  return {
    hash,
    matches: (text, stored) => timingSafeEqual(hash(text), stored ?? nothing) && stored !== undefined,
  }
}

// Catches typing errors before anything is looked up, and lets secret scanners tell a credential from noise.
function checksumOf(body: string): string {
  return toBase62(crc32(body), CRC_LENGTH)
}
