/** Requests that are wrong by their HTTP head are refused before anything of the body counts. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { expectNoLeak, failureOf } from './support/failure-of.ts'
import { type RawRequest, rawExchange, rawRequest, requestBytes } from './support/raw-http.ts'
import { having, PING, type Scripted, startScripted } from './support/start-scripted.ts'
import { verifies } from './support/verifies.ts'

let scripted: Scripted
beforeAll(async () => {
  scripted = await startScripted()
})
afterAll(() => scripted.close())
afterEach(() => scripted.expectServing())

const ping = (request: RawRequest) => rawRequest(scripted.url, { headers: scripted.headers, body: PING, ...request })
const refusal = async (request: RawRequest) => failureOf(await ping(request))

describe('a method', () => {
  const refused = { status: 405, rpc: -32603, code: 'http_method_not_allowed' }

  it.each(['PUT', 'PATCH', 'TRACE', 'OPTIONS', 'PROPFIND', 'QUERY'])('that is %s is refused', async (method) => {
    expect(await refusal({ method })).toEqual(refused)
    expect((await ping({ method })).headers.allow).toBe('GET, POST, DELETE')
  })

  it('that is HEAD is refused without a body', async () => {
    expect(await ping({ method: 'HEAD', body: '' })).toMatchObject({ status: 405, text: '' })
  })

  it('that is CONNECT gets nothing', async () => {
    expect(
      await rawExchange(scripted.url, [requestBytes(scripted.url, { method: 'CONNECT', target: 'example.com:443' })]),
    ).toEqual([])
  })

  it.each(['GET', 'DELETE'])('that is %s is not of the modern revision', async (method) => {
    expect(
      await refusal({ method, headers: having(scripted.headers, ['MCP-Protocol-Version', '2026-07-28']) }),
    ).toEqual(refused)
  })

  it('that is DELETE needs a session', async () => {
    expect(await refusal({ method: 'DELETE' })).toEqual(refused)
  })

  it('that is GET needs a reader of events', async () => {
    expect(await refusal({ method: 'GET', headers: having(scripted.headers, ['Accept', 'application/json']) })).toEqual(
      {
        status: 406,
        rpc: -32603,
        code: 'not_acceptable',
      },
    )
  })
})

describe('a target', () => {
  it.each([
    ['POST', 'http://127.0.0.1/mcp'],
    ['GET', 'http://example.com/livez'],
    ['OPTIONS', '*'],
  ])('of %s that is %s is refused', async (method, target) => {
    expect(await refusal({ method, target })).toEqual({ status: 400, rpc: -32600, code: 'invalid_request' })
  })

  it.each([
    '/',
    '/mcp/',
    '/MCP',
    '//mcp',
    '/mcp%2F',
    '/s/up',
    '/s/UP/mcp',
    '/s/up/mcp/',
    '/s/../mcp',
    '/s/up/../../mcp',
    '/./mcp',
    '/mcp/.',
    '/mcp/../mcp',
    '/%6dcp',
    '/%2fmcp',
    '/mcp%00',
    '/mcp%20',
    '/mcp;a=b',
    '/;/mcp',
    '/mcp#a',
    '/mcp%3Fa=b',
    '/mcp\\',
    '/s//mcp',
    '/s/%75p/mcp',
    '/s/up%2Fmcp',
    '/s/up;/mcp',
    '/s/up%20/mcp',
    '/s/__proto__/mcp',
    '/S/up/mcp',
    '/s/up/MCP',
    '/api/v1/agents',
    '/metrics',
  ])('that is %s is no route', async (target) => {
    const { status, text } = await ping({ target })
    expectNoLeak(text)
    expect([status, JSON.parse(text).error.code]).toEqual([404, 'unknown_route'])
  })

  it.each([
    '/x/../livez',
    '/./livez',
    '/%6civez',
    '/livez/../readyz',
    '/livez\\',
    '/livez%2f',
    '/livez;a',
    '/.well-known/x/../jwks.json',
  ])('that is %s is no probe and no metadata either', async (target) => {
    const { status, text } = await ping({ method: 'GET', body: '', target })
    expect([status, JSON.parse(text).error.code]).toEqual([404, 'unknown_route'])
  })

  it('may have a query, which means nothing', async () => {
    expect((await ping({ target: `/mcp?access_token=${scripted.key}` })).status).toBe(200)
    const withoutHeader = await ping({
      target: `/mcp?access_token=${scripted.key}`,
      headers: scripted.headers.slice(1),
    })
    expect(withoutHeader.status).toBe(401)
  })
})

describe(verifies('edge.host', 'a Host'), () => {
  const refused = { status: 403, rpc: -32603, code: 'host_forbidden' }

  it.each([
    'example.com',
    'localhost.example.com',
    '127.0.0.1.nip.io',
    'localhost:80:80',
    'a@localhost',
    '127.0.0.2',
    '0.0.0.0',
    '',
  ])('that is "%s" is refused, whoever asks', async (host) => {
    expect(await refusal({ headers: having(scripted.headers, ['Host', host]) })).toEqual(refused)
    expect(await refusal({ headers: [['Host', host]] })).toEqual(refused)
  })

  it.each(['localhost', 'LocalHost:1', '[::1]:8931', '127.0.0.1'])('that is %s is this machine', async (host) => {
    expect((await ping({ headers: having(scripted.headers, ['Host', host]) })).status).toBe(200)
  })

  it('must stand there, and once', async () => {
    const { host } = new URL(scripted.url)
    expect(await refusal({ headers: having(scripted.headers, ['Host', host], ['Host', 'example.com']) })).toEqual(
      refused,
    )
    const [first] = await rawExchange(scripted.url, [
      `POST /mcp HTTP/1.1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    ])
    expect(failureOf(first!)).toEqual(refused)
  })

  it('is not asked for by probes', async () => {
    for (const target of ['/livez', '/readyz'])
      expect((await ping({ method: 'GET', target, body: '', headers: [['Host', 'example.com']] })).status).toBe(200)
  })
})

describe(verifies('edge.host', 'an Origin'), () => {
  it.each([
    'null',
    '',
    'https://example.com',
    'http://localhost.example.com',
    'http://localhost:1/mcp',
    'http://a@localhost',
    'ftp://localhost',
    'localhost',
    'http://localhost, http://example.com',
  ])('that is "%s" is refused', async (origin) => {
    const refused = { status: 403, rpc: -32603, code: 'origin_forbidden' }
    expect(await refusal({ headers: having(scripted.headers, ['Origin', origin]) })).toEqual(refused)
    expect(await refusal({ method: 'GET', body: '', headers: having(scripted.headers, ['Origin', origin]) })).toEqual(
      refused,
    )
  })

  it('must stand once', async () => {
    const headers = having(scripted.headers, ['Origin', 'http://localhost/'], ['Origin', 'http://example.com'])
    expect(await refusal({ headers })).toMatchObject({ code: 'origin_forbidden' })
  })

  it.each(['http://localhost:5173', 'https://127.0.0.1', 'http://[::1]:80', ''])(
    'of this machine is served: %s',
    async (origin) => {
      const own = origin || scripted.gateway.url
      expect((await ping({ headers: having(scripted.headers, ['Origin', new URL(own).origin]) })).status).toBe(200)
    },
  )
})

describe('a body', () => {
  it.each([
    'text/plain',
    'application/json-rpc',
    'application/jsonp',
    'multipart/form-data',
    'application/x-www-form-urlencoded',
    '',
  ])('of type "%s" is refused', async (type) => {
    const refused = { status: 415, rpc: -32603, code: 'media_type_unsupported' }
    expect(await refusal({ headers: having(scripted.headers, ['Content-Type', type]) })).toEqual(refused)
  })

  it('of no type, and a compressed one, are refused', async () => {
    expect(await refusal({ headers: scripted.headers.slice(0, 1) })).toMatchObject({ code: 'media_type_unsupported' })
    expect(await refusal({ headers: having(scripted.headers, ['Content-Encoding', 'gzip']) })).toMatchObject({
      code: 'media_type_unsupported',
    })
  })

  it.each(['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json ;x=y'])(
    'of type %s is served',
    async (type) => {
      expect((await ping({ headers: having(scripted.headers, ['Content-Type', type]) })).status).toBe(200)
    },
  )

  it.each(['text/html', 'text/event-stream', 'application/json;q=0', 'application/jsonx', 'image/*'])(
    'whose answer may only be %s is refused',
    async (accept) => {
      const refused = { status: 406, rpc: -32603, code: 'not_acceptable' }
      expect(await refusal({ headers: having(scripted.headers, ['Accept', accept]) })).toEqual(refused)
    },
  )

  it.each(['*/*', 'application/*', 'APPLICATION/JSON', 'text/html, application/json;q=0.1', 'application/json'])(
    'whose answer may be %s is served',
    async (accept) => {
      expect((await ping({ headers: having(scripted.headers, ['Accept', accept]) })).status).toBe(200)
    },
  )
})
