/** How the gateway proves to an authorization service that it is its client: by a secret or a signed assertion. */
import type { KeyObject, webcrypto } from 'node:crypto'
import { type ClientAuth, ClientSecretPost, PrivateKeyJwt } from 'oauth4webapi'
import { readClientKey } from '../config/client-key.ts'
import type { OAuthClientConfig } from '../config/upstream-auth-schema.ts'

/**
 * The proof that goes with each request.
 * @param methods what the service says that it takes, if it says so
 */
export function clientProofOf(config: OAuthClientConfig, methods: readonly string[] | undefined): ClientAuth {
  const { clientSecret, privateKey, keyId, clientAuth } = config
  if (privateKey) {
    const key = cryptoKeyOf(readClientKey(privateKey.reveal()) as KeyObject)
    return PrivateKeyJwt(keyId === undefined ? key : { key, kid: keyId })
  }
  const secret = clientSecret?.reveal() ?? ''
  const takesPostAlone = methods?.includes('client_secret_post') && !methods.includes('client_secret_basic')
  const isPost = clientAuth === undefined ? takesPostAlone : clientAuth === 'post'
  return isPost ? ClientSecretPost(secret) : basicProof(secret)
}

// The library's own escapes "-", "." and "_" too, which is allowed, and which services that compare without decoding refuse.
function basicProof(secret: string): ClientAuth {
  return (_service, client, _body, headers) => {
    const pair = `${formEncoded(client.client_id)}:${formEncoded(secret)}`
    headers.set('authorization', `Basic ${Buffer.from(pair).toString('base64')}`)
  }
}

// RFC 6749 §2.3.1.
function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}

const CURVES: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' }

function cryptoKeyOf(key: KeyObject): webcrypto.CryptoKey {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
  if (type === 'rsa') return key.toCryptoKey({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, ['sign'])
  if (type === 'ed25519') return key.toCryptoKey('Ed25519', false, ['sign'])
  return key.toCryptoKey({ name: 'ECDSA', namedCurve: CURVES[details?.namedCurve ?? ''] ?? '' }, false, ['sign'])
}
