/** The keys of issuers: rotated, asked for seldom, and kept while the issuer is away. */
import { decodeProtectedHeader, type JWTHeaderParameters } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { IssuerKeys } from '../src/identity/issuer-keys.ts'
import { post } from './support/clients.ts'
import { until } from './support/start-gateway.ts'
import { PING, type Scripted, startScripted } from './support/start-scripted.ts'
import { newKey, startTestIssuer, type TestIssuer } from './support/test-issuer.ts'
import { verifies } from './support/verifies.ts'

const MINUTE_MS = 60_000

let issuer: TestIssuer
beforeEach(async () => {
  issuer = await startTestIssuer()
})
afterEach(() => issuer.stop())
const fetches = () => issuer.asked.filter((path) => path === '/jwks').length

describe(verifies('auth.jwks', 'the keys of an issuer'), () => {
  let nowMs: number
  let keys: IssuerKeys
  beforeEach(() => {
    nowMs = Date.now()
    keys = new IssuerKeys({ issuer: issuer.url, jwksUri: null, now: () => nowMs })
  })
  const knows = async (kid: string): Promise<boolean> => {
    const token = issuer.token({ header: { kid } })
    const [head = '', payload = '', signature = ''] = token.split('.')
    const header = decodeProtectedHeader(token) as JWTHeaderParameters
    try {
      await keys.keyOf(header, { protected: head, payload, signature })
      return true
    } catch {
      return false
    }
  }

  it('are fetched once, however many ask at the same time', async () => {
    const known = await Promise.all(Array.from({ length: 50 }, () => knows(issuer.key.kid)))
    expect(known).not.toContain(false)
    expect(fetches()).toBe(1)
  })

  it('rotate with overlap and fail nobody', async () => {
    const [first, second] = [issuer.key, newKey('ES256')]
    expect(await knows(first.kid)).toBe(true)
    issuer.published.push(second)
    expect([await knows(first.kid), await knows(second.kid), await knows(first.kid)]).toEqual([true, true, true])
    issuer.published.shift()
    nowMs += 61 * MINUTE_MS
    expect([await knows(second.kid), await knows(first.kid)]).toEqual([true, false])
  })

  it('are asked for at most once in 30 seconds, whatever unknown key ids come', async () => {
    expect(await knows(issuer.key.kid)).toBe(true)
    for (let round = 0; round < 3; round++) {
      const before = fetches()
      const known = await Promise.all(Array.from({ length: 200 }, (_, i) => knows(`made-up-${round}-${i}`)))
      expect(known).not.toContain(true)
      nowMs += 29_000
      await knows('made-up')
      expect(fetches() - before).toBe(1)
      nowMs += 1_000
    }
    expect(await knows(issuer.key.kid)).toBe(true)
  })

  it('serve on while the issuer is away or talks nonsense, and it is asked seldom', async () => {
    expect(await knows(issuer.key.kid)).toBe(true)
    for (const jwks of [{ keys: 'none' }, { keys: Array(101).fill({}) }, { keys: ['x'.repeat(300_000)] }]) {
      issuer.jwks = jwks
      nowMs += 2 * 60 * MINUTE_MS
      expect(await knows(issuer.key.kid)).toBe(true)
    }
    await issuer.stop()
    nowMs += 24 * 60 * MINUTE_MS
    expect(await knows(issuer.key.kid)).toBe(true)
    await issuer.start()
  })

  it('of metadata that is not its own are not used', async () => {
    for (const metadata of [
      { issuer: `${issuer.url}/` },
      { jwks_uri: undefined },
      { jwks_uri: 'file:///etc/keys' },
      { jwks_uri: 'http://keys.example/jwks' },
    ]) {
      issuer.metadata = metadata
      keys = new IssuerKeys({ issuer: issuer.url, jwksUri: null })
      expect(await knows(issuer.key.kid)).toBe(false)
    }
    expect(fetches()).toBe(0)
    keys = new IssuerKeys({ issuer: issuer.url, jwksUri: `${issuer.url}/jwks` })
    expect(await knows(issuer.key.kid)).toBe(true)
  })
})

describe(verifies('auth.jwks', 'a gateway'), () => {
  let scripted: Scripted | undefined
  afterEach(() => scripted?.close())
  const ping = async (claims: Record<string, unknown> = {}, by = issuer) => {
    const { url } = scripted as Scripted
    return (await post(url, by.token({ claims: { aud: url, ...claims } }), PING)).status
  }
  const start = async (issuers: TestIssuer[] = [issuer]) => {
    scripted = await startScripted(
      {},
      {
        auth: { issuers: issuers.map(({ url }) => ({ issuer: url })) },
        agents: { ops: { roles: ['operator'] }, bot: { roles: ['operator'] } },
      },
    )
    return scripted
  }

  it('starts without its issuer, refuses its tokens, and serves them once it is there', async () => {
    await issuer.stop()
    const { url, key } = await start()
    expect(await ping()).toBe(401)
    expect((await post(url, key, PING)).status).toBe(200)
    await issuer.start()
    await until(async () => (await ping()) === 200, 'the issuer is asked again')
  })

  it('needs no issuer for tokens whose key it has, new tokens and reloads included', async () => {
    const { gateway } = await start()
    expect(await ping()).toBe(200)
    await issuer.stop()
    expect(await ping({ jti: 'another' })).toBe(200)
    gateway.listening.reload()
    expect(await ping({ jti: 'a third' })).toBe(200)
    await issuer.start()
  })

  it('does without one of its issuers', async () => {
    const broken = await startTestIssuer()
    broken.isBroken = true
    await start([broken, issuer])
    expect(await ping({}, broken)).toBe(401)
    expect(await ping()).toBe(200)
    await broken.stop()
  })

  it('refuses tokens of an issuer that was taken out, those it has just verified included', async () => {
    const { gateway, upstream } = await start()
    const token = issuer.token({ claims: { aud: `${gateway.url}/mcp` } })
    expect((await post(`${gateway.url}/mcp`, token, PING)).status).toBe(200)
    gateway.write({ upstreams: { up: { url: upstream.url } }, agents: { bot: { roles: ['operator'] } } })
    gateway.listening.reload()
    expect((await post(`${gateway.url}/mcp`, token, PING)).status).toBe(401)
  })
})
