/** Access tokens that are not exactly acceptable: each is refused alike, and no upstream hears of it. Long because every way to be wrong is a row. */
import { constants, createPublicKey, generateKeyPairSync, type KeyObject, sign as signBytes } from 'node:crypto'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createCallTokenSigner } from '../src/identity/call-token.ts'
import { failureOf } from './support/failure-of.ts'
import { type RawRequest, rawRequest } from './support/raw-http.ts'
import { type Scripted, startScripted } from './support/start-scripted.ts'
import {
  claimsFor,
  encodePart,
  newKey,
  publicJwk,
  signatureOf,
  startTestIssuer,
  type TestIssuer,
  type TokenParts,
  tokenByHmac,
} from './support/test-issuer.ts'
import { verifies } from './support/verifies.ts'

type Headers = NonNullable<RawRequest['headers']>

const CALL = JSON.stringify({
  jsonrpc: '2.0',
  id: 7,
  method: 'tools/call',
  params: { name: 'up__echo', arguments: {} },
})
const EdDSA = newKey('EdDSA')
const RS256 = newKey('RS256')

let scripted: Scripted
let issuer: TestIssuer
let other: TestIssuer
let stranger: TestIssuer

beforeAll(async () => {
  issuer = await startTestIssuer()
  other = await startTestIssuer()
  stranger = await startTestIssuer()
  issuer.published.push(EdDSA, RS256)
  scripted = await startScripted(
    {},
    {
      auth: {
        issuers: [
          { issuer: issuer.url, algorithms: ['ES256', 'EdDSA', 'RS256'], agents: ['b*'] },
          { issuer: other.url, algorithms: ['ES256'], agents: ['other-*'] },
        ],
      },
      agents: { ops: { roles: ['operator'] }, bot: { roles: ['operator'] }, 'other-bot': { roles: ['operator'] } },
    },
  )
})
afterAll(async () => {
  await scripted.close()
  await Promise.all([issuer, other, stranger].map((each) => each.stop()))
})
beforeEach(() => scripted.upstream.received.splice(0))

const nowS = () => Math.floor(Date.now() / 1_000)
const made = ({ claims = {}, ...parts }: TokenParts = {}, by = issuer) =>
  by.token({ ...parts, claims: { aud: scripted.url, ...claims } })
const call = (headers: Headers, request: RawRequest = {}) =>
  rawRequest(scripted.url, { headers: [['Content-Type', 'application/json'], ...headers], body: CALL, ...request })
const bearer = (token: string): Headers => [['Authorization', `Bearer ${token}`]]

const partsOf = (token: string) => token.split('.') as [string, string, string]
const withSignature = (change: (signature: Buffer, text: Buffer) => Buffer, token = made()) => {
  const [header, claims, signature] = partsOf(token)
  const text = `${header}.${claims}`
  return `${text}.${change(Buffer.from(signature, 'base64url'), Buffer.from(text)).toString('base64url')}`
}
const raw = (key: KeyObject) => ({ key, dsaEncoding: 'ieee-p1363' as const })
const zeroBefore = (bytes: Buffer) => Buffer.concat([Buffer.from([0]), bytes])
const lastByte = ({ length }: Buffer, byte: number) => Buffer.concat([Buffer.alloc(length - 1), Buffer.from([byte])])
const modulus = () => Buffer.from(publicJwk(RS256).n as string, 'base64url')
const signedByPss = (alg: string, saltLength: number) =>
  withSignature(
    (_s, text) =>
      signBytes('sha256', text, { key: RS256.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }),
    made({ key: RS256, header: { alg } }),
  )
const numberIn = (bytes: Buffer) => BigInt(`0x${bytes.toString('hex')}`)
const bytesOf = (number: bigint, length: number) => Buffer.from(number.toString(16).padStart(length * 2, '0'), 'hex')
/** The other signature that is as good: ECDSA has two of everything. */
const mirrored = (s: Buffer) =>
  Buffer.concat([s.subarray(0, 32), bytesOf(numberIn(ORDER) - numberIn(s.subarray(32)), 32)])
/** Another name of the same number, where it fits. */
const plusN = (bytes: Buffer) => bytesOf((numberIn(bytes) + numberIn(ORDER)) % 2n ** 256n, 32)
const plusOrder = (s: Buffer) => {
  const more = numberIn(Buffer.from(s.subarray(32)).reverse()) + ED25519_ORDER
  return Buffer.concat([s.subarray(0, 32), bytesOf(more, 32).reverse()])
}
/** Signs two parts that may be anything. */
const signed = (header: string, claims: string, key = issuer.key) => {
  const text = `${header}.${claims}`
  return `${text}.${signatureOf(text, key).toString('base64url')}`
}
const usualHeader = () => ({ alg: 'ES256', typ: 'at+jwt', kid: issuer.key.kid })
const usualClaims = () => claimsFor(issuer.url, { aud: scripted.url })
const claim = (claims: Record<string, unknown>) => () => made({ claims })
const header = (head: Record<string, unknown>) => () => made({ header: head })
const part = (side: 'r' | 's', bytes: Buffer) => () =>
  withSignature((signature) =>
    side === 'r' ? Buffer.concat([bytes, signature.subarray(32)]) : Buffer.concat([signature.subarray(0, 32), bytes]),
  )

/** Order of the group of P-256. */
const ORDER = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex')
const ED25519_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n
const SMALL_ORDER_POINTS = [
  ['1', '0100000000000000000000000000000000000000000000000000000000000000'],
  ['2', 'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'],
  ['4', '0000000000000000000000000000000000000000000000000000000000000000'],
  ['8', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'],
] as const
const SECP256K1 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey
const UNUSED_BITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

it.each<[string, () => string]>([
  ['of ES256', () => made()],
  ['of EdDSA', () => made({ key: EdDSA })],
  ['of RS256', () => made({ key: RS256 })],
  ['for several audiences', () => made({ claims: { aud: ['https://elsewhere.example', scripted.url] } })],
  ['of the type JWT', header({ typ: 'JWT' })],
  ['of the whole media type', header({ typ: 'Application/AT+jwt' })],
  ['without a type', header({ typ: undefined })],
  ['without a key id', header({ kid: undefined })],
  ['for a user', claim({ sub: 'ada' })],
  ['with the other ECDSA signature of the same claims, which is as good', () => withSignature(mirrored)],
  [
    'with keys of its own, which nobody looks at',
    () => made({ header: { jku: `${stranger.url}/jwks`, x5u: stranger.url, jwk: publicJwk(stranger.key) } }),
  ],
])('a good token %s is served', async (_name, make) => {
  const answer = await call(bearer(make()))
  expect([answer.status, JSON.parse(answer.text).result?.content]).toEqual([200, [{ type: 'text', text: 'echo' }]])
  expect(stranger.asked).toEqual([])
})

const expectRefused = async (headers: Headers, request: RawRequest = {}) => {
  const answer = await call(headers, request)
  expect(failureOf(answer)).toEqual({ status: 401, rpc: -32603, code: 'unauthorized' })
  expect(JSON.parse(answer.text).error.message).toBe('Cannot serve the request: no valid credential')
  expect(answer.headers['www-authenticate']).toBe(
    `Bearer realm="causeway", resource_metadata="${scripted.gateway.url}/.well-known/oauth-protected-resource/mcp"`,
  )
  expect(scripted.upstream.received).toEqual([])
  expect(stranger.asked).toEqual([])
}

describe(verifies('auth.matrix', 'a token'), () => {
  const cases: [string, () => string][] = [
    // The form.
    ['of one part', () => partsOf(made())[0]],
    ['of two parts', () => partsOf(made()).slice(0, 2).join('.')],
    ['of four parts', () => `${made()}.${partsOf(made())[2]}`],
    ['that is encrypted', () => `${encodePart({ alg: 'dir', enc: 'A256GCM' })}..AAAA.AAAA.AAAA`],
    ['without a signature', () => `${partsOf(made()).slice(0, 2).join('.')}.`],
    ['with a header that is no JSON', () => signed(encodePart('{alg'), encodePart(usualClaims()))],
    ['with a header that is a list', () => signed(encodePart([usualHeader()]), encodePart(usualClaims()))],
    ['with claims that are null', () => signed(encodePart(usualHeader()), encodePart('null'))],
    [
      'with claims that are no UTF-8',
      () => signed(encodePart(usualHeader()), Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')),
    ],
    [
      'with a byte order mark',
      () => signed(encodePart(usualHeader()), encodePart(`\ufeff${JSON.stringify(usualClaims())}`)),
    ],
    ['of more than 16 KiB', claim({ filler: 'x'.repeat(16_384) })],
    // The algorithm.
    ['without an algorithm', header({ alg: undefined })],
    [
      'of the algorithm none',
      () => `${encodePart({ ...usualHeader(), alg: 'none' })}.${encodePart(usualClaims())}.AAAA`,
    ],
    [
      'of the algorithm none, without a signature',
      () => `${encodePart({ alg: 'none' })}.${encodePart(usualClaims())}.`,
    ],
    ['of the algorithm None', header({ alg: 'None' })],
    ['of the algorithm es256', header({ alg: 'es256' })],
    ['of an algorithm that its issuer does not use', () => made({ key: newKey('ES384') })],
    [
      'by HMAC with the public key as PEM',
      () =>
        tokenByHmac(
          usualClaims(),
          createPublicKey(RS256.privateKey).export({ type: 'spki', format: 'pem' }) as string,
          RS256.kid,
        ),
    ],
    [
      'by HMAC with the public key as JWK',
      () => tokenByHmac(usualClaims(), JSON.stringify(publicJwk(issuer.key)), issuer.key.kid),
    ],
    ['by HMAC with nothing', () => tokenByHmac(usualClaims(), '', issuer.key.kid)],
    ['that says RS256 under an ES256 key', header({ alg: 'RS256' })],
    ['that says EdDSA under an ES256 key', header({ alg: 'EdDSA' })],
    ['that says ES256 under an RS256 key', () => made({ header: { alg: 'ES256' }, key: RS256 })],
    // The header.
    ['with crit', header({ crit: ['exp'], exp: 1 })],
    ['with an empty crit', header({ crit: [] })],
    ['that is not encoded (b64)', header({ crit: ['b64'], b64: false })],
    ['with b64 alone', header({ b64: false })],
    ['that is compressed', header({ zip: 'DEF' })],
    ['of an unknown key id', header({ kid: 'unknown' })],
    ['of a key id that is a number', header({ kid: 7 })],
    ['of a key id that is a path', header({ kid: '../../../../dev/null' })],
    [
      'by its own key (jwk)',
      () => made({ key: { ...newKey('ES256'), kid: issuer.key.kid }, header: { jwk: publicJwk(stranger.key) } }),
    ],
    ['by the key of another place (jku)', () => made({ key: stranger.key, header: { jku: `${stranger.url}/jwks` } })],
    [
      'by the key of a certificate (x5u)',
      () => made({ key: stranger.key, header: { x5u: `${stranger.url}/cert`, x5c: ['AAAA'] } }),
    ],
    ['of the type of an ID token of another kind', header({ typ: 'id_token+jwt' })],
    ['of a logout', header({ typ: 'logout+jwt' })],
    ['of a DPoP proof', header({ typ: 'dpop+jwt' })],
    ['of a type that is a number', header({ typ: 1 })],
    // The signature.
    [
      'with a changed claim',
      () => {
        const [head, , signature] = partsOf(made())
        return `${head}.${encodePart({ ...usualClaims(), sub: 'ops' })}.${signature}`
      },
    ],
    [
      'with another header',
      () => {
        const [, claims, signature] = partsOf(made())
        return `${encodePart({ ...usualHeader(), typ: 'JWT' })}.${claims}.${signature}`
      },
    ],
    ['with the signature of another token', () => `${partsOf(made()).slice(0, 2).join('.')}.${partsOf(made())[2]}`],
    [
      'with a flipped bit',
      () =>
        withSignature((s) => {
          s[10] = (s[10] as number) ^ 1
          return s
        }),
    ],
    ['with r and s swapped', () => withSignature((s) => Buffer.concat([s.subarray(32), s.subarray(0, 32)]))],
    ['with r = 0', part('r', Buffer.alloc(32))],
    ['with s = 0', part('s', Buffer.alloc(32))],
    ['with r = s = 0', () => withSignature(() => Buffer.alloc(64))],
    [
      'with r = s = 1',
      () =>
        withSignature(() => Buffer.concat([Buffer.alloc(31), Buffer.from([1]), Buffer.alloc(31), Buffer.from([1])])),
    ],
    ['with r = n', part('r', ORDER)],
    ['with s = n', part('s', ORDER)],
    ['with r and s of ones', () => withSignature(() => Buffer.alloc(64, 0xff))],
    ['with a truncated signature', () => withSignature((s) => s.subarray(0, 63))],
    ['with a signature of nothing but r', () => withSignature((s) => s.subarray(0, 32))],
    ['with a byte before the signature', () => withSignature((s) => Buffer.concat([Buffer.from([0]), s]))],
    ['with a byte behind the signature', () => withSignature((s) => Buffer.concat([s, Buffer.from([0])]))],
    [
      'with the signature in DER',
      () =>
        withSignature((s) =>
          Buffer.concat([Buffer.from([0x30, 68, 2, 32]), s.subarray(0, 32), Buffer.from([2, 32]), s.subarray(32)]),
        ),
    ],
    [
      'with a signature on another curve',
      () => made({ key: { ...newKey('ES384'), kid: issuer.key.kid }, header: { alg: 'ES256' } }),
    ],
    ['with a truncated RSA signature', () => withSignature((s) => s.subarray(1), made({ key: RS256 }))],
    ['with an RSA signature of zeros', () => withSignature((s) => Buffer.alloc(s.length), made({ key: RS256 }))],
    ['with a truncated Ed25519 signature', () => withSignature((s) => s.subarray(0, 63), made({ key: EdDSA }))],
    ['with an Ed25519 signature of zeros', () => withSignature((s) => Buffer.alloc(s.length), made({ key: EdDSA }))],
    ...SMALL_ORDER_POINTS.map(([order, point]): [string, () => string] => [
      `with an Ed25519 signature of a point of order ${order}`,
      () => withSignature(() => Buffer.concat([Buffer.from(point, 'hex'), Buffer.alloc(32)]), made({ key: EdDSA })),
    ]),
    [
      'with an Ed25519 signature whose S is too large by the order',
      () => withSignature(plusOrder, made({ key: EdDSA })),
    ],
    [
      'with the two halves of an Ed25519 signature swapped',
      () => withSignature((s) => Buffer.concat([s.subarray(32), s.subarray(0, 32)]), made({ key: EdDSA })),
    ],
    ['with an RSA signature of one', () => withSignature((s) => lastByte(s, 1), made({ key: RS256 }))],
    ['with the RSA modulus for a signature', () => withSignature(() => modulus(), made({ key: RS256 }))],
    ['with a zero byte before the RSA signature', () => withSignature(zeroBefore, made({ key: RS256 }))],
    ['of RS256 with a signature of PS256', () => signedByPss('RS256', 32)],
    ['of PS256, which its issuer does not use', () => signedByPss('PS256', 32)],
    [
      'of RS256 with a digest of SHA-1',
      () => withSignature((_s, text) => signBytes('sha1', text, RS256.privateKey), made({ key: RS256 })),
    ],
    [
      'of ES256 with a digest of SHA-384',
      () => withSignature((_s, text) => signBytes('sha384', text, raw(issuer.key.privateKey))),
    ],
    ['of ES256 over secp256k1', () => withSignature((_s, text) => signBytes('sha256', text, raw(SECP256K1)))],
    ['of ES256K', () => made({ header: { alg: 'ES256K' } })],
    ['with r + n', () => withSignature((s) => Buffer.concat([plusN(s.subarray(0, 32)), s.subarray(32)]))],
    [
      'with r and s of 33 bytes each',
      () => withSignature((s) => Buffer.concat([zeroBefore(s.subarray(0, 32)), zeroBefore(s.subarray(32))])),
    ],
    // The claims.
    ['without an issuer', claim({ iss: undefined })],
    ['without an audience', claim({ aud: undefined })],
    ['for nobody', claim({ aud: [] })],
    ['for another resource', claim({ aud: 'https://elsewhere.example/mcp' })],
    ['for a part of a list', claim({ aud: [['x']] })],
    ['for its own client', claim({ aud: 'bot' })],
    ['that has expired', () => claim({ exp: nowS() - 1 })()],
    ['without an expiry', claim({ exp: undefined })],
    ['with an expiry in text', () => claim({ exp: String(nowS() + 60) })()],
    [
      'with an expiry that is no number of this world',
      () =>
        signed(
          encodePart(usualHeader()),
          encodePart(JSON.stringify(usualClaims()).replace(/"exp":\d+/, '"exp":1e999')),
        ),
    ],
    ['that lives for a year', () => claim({ exp: nowS() + 365 * 86_400 })()],
    ['that is not yet valid', () => claim({ nbf: nowS() + 120 })()],
    ['that is valid from a text', claim({ nbf: 'now' })],
    ['that was issued in the future', () => claim({ iat: nowS() + 120 })()],
    ['that was issued at no time', claim({ iat: undefined })],
    ['that was issued after its end', () => claim({ iat: nowS() + 20, exp: nowS() + 10 })()],
    ['without sub and client_id', claim({ sub: undefined, client_id: undefined })],
    ['without the claim of the agent', claim({ client_id: undefined })],
    ['of an agent that is an object', claim({ client_id: { name: 'bot' } })],
    ['of an agent whose name is none', claim({ client_id: 'bot\n' })],
    ['of an agent in a list', claim({ client_id: ['bot'] })],
    ['of an agent that nobody knows', claim({ client_id: 'bert', sub: 'bert' })],
    ['of an agent that the issuer may not vouch for', claim({ client_id: 'ops', sub: 'ops' })],
    ['of a user that is a number', claim({ sub: 7 })],
    ['of a user with a line break', claim({ sub: 'ada\r\nX-Role: admin' })],
    ['of a user without a name', claim({ sub: '' })],
    ['with a scope that is a number', claim({ scope: 7 })],
    ['with a scope that would end the challenge', claim({ scope: 'a", error="' })],
    ['that is bound to a key (DPoP)', claim({ cnf: { jkt: 'x' } })],
    ['that is bound to a certificate', claim({ cnf: { 'x5t#S256': 'x' } })],
    ['with an empty binding', claim({ cnf: null })],
    ['that tells a client who signed in', () => made({ header: { typ: 'JWT' }, claims: { nonce: 'n', at_hash: 'h' } })],
  ]
  it.each(cases)('%s is refused', async (_name, make) => expectRefused(bearer(make())))

  it('of the gateway itself is refused', async () => {
    const { store } = scripted.gateway.listening
    const signer = createCallTokenSigner(store, { issuer: scripted.gateway.url })
    const subject = { agent: 'bot', roles: ['operator'], scopes: [] }
    for (const audience of ['up', scripted.url]) await expectRefused(bearer(await signer.tokenFor(subject, audience)))
  })

  it('has at least 60 ways to be wrong', () => expect(cases.length).toBeGreaterThan(60))
})

describe(verifies('auth.canonical', 'another spelling of a valid token'), () => {
  const spellings: [string, (token: string) => Headers][] = [
    ['with padding', (token) => bearer(`${token}=`)],
    ['with padding in the middle', (token) => bearer(token.replace('.', '=.'))],
    [
      'with other unused bits',
      (token) => bearer(token.slice(0, -1) + UNUSED_BITS[UNUSED_BITS.indexOf(token.at(-1) as string) + 1]),
    ],
    ['with a byte beyond ASCII', (token) => bearer(`${token}\xa0`)],
    ['with a space inside', (token) => bearer(token.replace('.', '. '))],
    ['with a space before', (token) => bearer(` ${token}`)],
    ['after a tab', (token) => [['Authorization', `Bearer\t${token}`]]],
    ['with the other base64', (token) => bearer(`${token}+/`)],
    ['in capitals', (token) => bearer(token.toUpperCase())],
    ['with an encoded dot', (token) => bearer(token.replace('.', '%2E'))],
    ['in quotes', (token) => bearer(`"${token}"`)],
    ['behind a comma', (token) => bearer(`${token},`)],
    ['twice', (token) => [...bearer(token), ...bearer(token)]],
    ['beside another', (token) => [...bearer(token), ['authorization', 'Bearer x']]],
    ['beside an API key', (token) => [...bearer(scripted.key), ...bearer(token)]],
    ['in a list', (token) => bearer(`${token}, Bearer ${token}`)],
    ['of another scheme', (token) => [['Authorization', `DPoP ${token}`]]],
    ['of no scheme', (token) => [['Authorization', token]]],
    ['in a cookie', (token) => [['Cookie', `access_token=${token}`]]],
    [
      'in another header',
      (token) => [
        ['X-Access-Token', token],
        ['Proxy-Authorization', `Bearer ${token}`],
      ],
    ],
  ]
  it.each(spellings)('%s is not that token', async (_name, spell) => {
    const token = made()
    expect((await call(bearer(token))).status).toBe(200)
    scripted.upstream.received.splice(0)
    await expectRefused(spell(token))
  })

  it('in the query is not that token', async () => {
    const token = made()
    await expectRefused([], { target: `/mcp?access_token=${token}` })
    await expectRefused([['Content-Type', 'application/x-www-form-urlencoded']], { target: `/mcp?token=${token}` })
  })

  it('under another spelling of the scheme is that token, as RFC 9110 has it', async () => {
    expect((await call([['authorization', `bEARER ${made()}`]])).status).toBe(200)
  })
})

describe(verifies('auth.issuer', 'a token of one issuer'), () => {
  it('is not one of another, whatever it says', async () => {
    const claims = { client_id: 'other-bot', sub: 'other-bot' }
    expect((await call(bearer(made({ claims }, other)))).status).toBe(200)
    scripted.upstream.received.splice(0)
    await expectRefused(bearer(made({ claims: { iss: issuer.url } }, other)))
    await expectRefused(bearer(made({ claims: { iss: issuer.url }, header: { kid: issuer.key.kid } }, other)))
    await expectRefused(bearer(made({ claims: { ...claims, iss: other.url } })))
    await expectRefused(bearer(made({ claims: { ...claims, iss: other.url }, header: { kid: other.key.kid } })))
    await expectRefused(bearer(made({ claims: { iss: [issuer.url] } })))
    // Nor is an agent of one issuer an agent of the other.
    await expectRefused(bearer(made({}, other)))
    await expectRefused(bearer(made({ claims })))
  })

  it.each([
    ['a slash', (url: string) => `${url}/`],
    ['capitals', (url: string) => url.replace('http', 'HTTP')],
    ['a name', (url: string) => url.replace('127.0.0.1', 'localhost')],
    ['a query', (url: string) => `${url}?`],
  ])('that spells the issuer with %s is refused', async (_name, spell) => {
    await expectRefused(bearer(made({ claims: { iss: spell(issuer.url) } })))
  })

  it('that nobody trusts is refused, and its keys are not asked for', async () => {
    await expectRefused(bearer(made({}, stranger)))
    const theirs = await new SignJWT(claimsFor(stranger.url, { aud: scripted.url }))
      .setProtectedHeader({ alg: 'ES256', kid: issuer.key.kid, jku: `${stranger.url}/jwks` })
      .sign(stranger.key.privateKey)
    await expectRefused(bearer(theirs))
  })

  it('is for one route alone', async () => {
    const route = `${scripted.gateway.url}/s/up/mcp`
    const body = CALL.replace('up__echo', 'echo')
    const on = (target: string, aud: string) => call(bearer(made({ claims: { aud } })), { target, body })
    expect((await on('/s/up/mcp', route)).status).toBe(200)
    for (const aud of [
      scripted.url,
      scripted.gateway.url,
      `${scripted.gateway.url}/`,
      `${route}/`,
      route.toUpperCase(),
    ])
      expect((await on('/s/up/mcp', aud)).status).toBe(401)
    for (const aud of [
      route,
      scripted.gateway.url,
      `${scripted.url}/`,
      `${scripted.url}?`,
      `${scripted.gateway.url}//mcp`,
    ])
      expect((await on('/mcp', aud)).status).toBe(401)
    // A token that was verified on its own route is no more than that on another.
    const token = made()
    expect((await call(bearer(token))).status).toBe(200)
    expect((await call(bearer(token), { target: '/s/up/mcp' })).status).toBe(401)
    expect((await call(bearer(token), { target: '/s/nothing/mcp' })).status).toBe(401)
  })
})
