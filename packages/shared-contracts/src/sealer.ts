/** Seals small JSON values into opaque tokens that only the holder of the key can open or make (AES-256-GCM). */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const IV_BYTES = 12
const TAG_BYTES = 16

export interface Sealer {
  /**
   * @param value any JSON value
   * @param boundTo everything the token must not be used without (caller, purpose, filters); not stored in it
   * @returns base64url text
   */
  seal(value: unknown, boundTo: string): string
  /** The sealed value, or `undefined` for anything that this key did not seal for exactly `boundTo`. */
  open(token: string, boundTo: string): unknown
}

/**
 * Makes a sealer.
 * @param secret at least 32 random bytes
 * @param purpose separates tokens of different kinds made from one secret
 */
export function createSealer(secret: Uint8Array, purpose: string): Sealer {
  const key = Buffer.from(hkdfSync('sha256', secret, '', `causeway/${purpose}`, 32))
  return {
    seal(value, boundTo) {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(boundTo))
      const sealed = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')
    },
    open(token, boundTo) {
      const bytes = Buffer.from(token, 'base64url')
      // Buffer.from skips foreign characters, so another spelling of a token would open too.
      if (bytes.length < IV_BYTES + TAG_BYTES || bytes.toString('base64url') !== token) return undefined
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
          .setAAD(Buffer.from(boundTo))
          .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
        return JSON.parse(
          decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8'),
        )
      } catch {
        return undefined
      }
    },
  }
}
