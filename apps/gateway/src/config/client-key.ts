/** The private key with which the gateway proves to an authorization service that it is its client. */
import { createPrivateKey, type KeyObject } from 'node:crypto'

const MIN_RSA_BITS = 2_048
const CURVES = ['prime256v1', 'secp384r1', 'secp521r1']

/**
 * Reads PEM.
 * @returns `undefined` when it is no private key that OAuth has an algorithm for: RSA of 2048 bits, P-256, P-384, P-521 or Ed25519
 */
export function readClientKey(pem: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem)
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
    if (type === 'rsa') return (details?.modulusLength ?? 0) >= MIN_RSA_BITS ? key : undefined
    if (type === 'ec') return CURVES.includes(details?.namedCurve ?? '') ? key : undefined
    return type === 'ed25519' ? key : undefined
  } catch {
    return undefined
  }
}
