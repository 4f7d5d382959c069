/** An issuer on loopback whose every token a story makes by hand, right or wrong, and which counts who asks for its keys. */
import {
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  sign as signBytes,
} from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A key that an issuer signs with. */
export interface TestKey {
  kid: string
  alg: 'ES256' | 'ES384' | 'RS256' | 'EdDSA'
  privateKey: KeyObject
}

/** What a token is made of; each part replaces or, as `undefined`, removes a usual one. */
export interface TokenParts {
  header?: Record<string, unknown>
  claims?: Record<string, unknown>
  key?: TestKey
}

export interface TestIssuer {
  url: string
  key: TestKey
  /** What it publishes. */
  published: TestKey[]
  /** Members of its metadata and of its JWK set that replace the usual ones. */
  metadata: Record<string, unknown>
  jwks: Record<string, unknown>
  /** Paths that were asked for. */
  asked: string[]
  /** Whether it answers with 500. */
  isBroken: boolean
  /** A token of its own for the agent `bot`; `aud` is up to the claims. */
  token(parts?: TokenParts): string
  /** No longer listens; `start` takes it back to the same port. */
  stop(): Promise<void>
  start(): Promise<void>
}

/** A new key. */
export function newKey(alg: TestKey['alg'], kid: string = crypto.randomUUID()): TestKey {
  if (alg === 'RS256') return { kid, alg, ...generateKeyPairSync('rsa', { modulusLength: 2048 }) }
  if (alg === 'EdDSA') return { kid, alg, ...generateKeyPairSync('ed25519') }
  return { kid, alg, ...generateKeyPairSync('ec', { namedCurve: alg === 'ES256' ? 'P-256' : 'P-384' }) }
}

/** The public half, as it is published. */
export function publicJwk({ kid, alg, privateKey }: TestKey): JsonWebKey & { kid: string } {
  return { ...createPublicKey(privateKey).export({ format: 'jwk' }), kid, alg, use: 'sig' }
}

/** One part of a token. */
export function encodePart(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
}

/** Signs the first two parts of a token. */
export function signatureOf(text: string, { alg, privateKey }: TestKey): Buffer {
  if (alg === 'EdDSA') return signBytes(null, Buffer.from(text), privateKey)
  const digest = alg === 'ES384' ? 'sha384' : 'sha256'
  return signBytes(digest, Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' })
}

/** A token that is authenticated with a shared secret. */
export function tokenByHmac(claims: Record<string, unknown>, secret: string | Buffer, kid: string): string {
  const text = `${encodePart({ alg: 'HS256', typ: 'at+jwt', kid })}.${encodePart(claims)}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}

/** Claims as they should be. */
export function claimsFor(issuer: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1_000)
  return { iss: issuer, sub: 'bot', client_id: 'bot', iat: now, exp: now + 300, jti: crypto.randomUUID(), ...more }
}

/** Starts one. */
export async function startTestIssuer(key: TestKey = newKey('ES256')): Promise<TestIssuer> {
  const http = createServer((request, response) => {
    const path = request.url ?? ''
    issuer.asked.push(path)
    const document =
      path === '/jwks'
        ? { keys: issuer.published.map(publicJwk), ...issuer.jwks }
        : { issuer: issuer.url, jwks_uri: `${issuer.url}/jwks`, ...issuer.metadata }
    const isKnown = path === '/jwks' || path === '/.well-known/oauth-authorization-server'
    response.writeHead(issuer.isBroken ? 500 : isKnown ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(document))
  })
  let port = 0
  const issuer: TestIssuer = {
    url: '',
    key,
    published: [key],
    metadata: {},
    jwks: {},
    asked: [],
    isBroken: false,
    token({ header = {}, claims = {}, key: by = issuer.key } = {}) {
      const head = encodePart({ alg: by.alg, typ: 'at+jwt', kid: by.kid, ...header })
      const text = `${head}.${encodePart(claimsFor(issuer.url, claims))}`
      return `${text}.${signatureOf(text, by).toString('base64url')}`
    },
    async start() {
      await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve))
      port = (http.address() as AddressInfo).port
      issuer.url = `http://127.0.0.1:${port}`
    },
    async stop() {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
  await issuer.start()
  return issuer
}
