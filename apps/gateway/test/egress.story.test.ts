/** What others publish cannot send the gateway anywhere it has no business: by no spelling, no redirect, no name that changes its address. */
import { lookup } from 'node:dns'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createSocketServer, type LookupFunction, type Server } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { egressFetch } from '../src/egress/egress-fetch.ts'
import { IssuerKeys } from '../src/identity/issuer-keys.ts'
import { FORBIDDEN_NAMES, FORBIDDEN_URLS } from './fixtures/forbidden-urls.ts'
import { startTestIssuer, type TestIssuer } from './support/test-issuer.ts'
import { verifies } from './support/verifies.ts'

let issuer: TestIssuer
let canary: Server
let port: number
let connections = 0
const listen = (server: Server) =>
  new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })

beforeAll(async () => {
  issuer = await startTestIssuer()
  canary = createSocketServer((socket) => {
    connections++
    socket.destroy()
  })
  port = await listen(canary)
})
afterAll(async () => {
  await issuer.stop()
  await new Promise((resolve) => canary.close(resolve))
})

/** Answers each look-up with the next of the addresses, and then with the last one. */
function resolving(...answers: string[][]): { resolve: LookupFunction; asked: string[] } {
  const asked: string[] = []
  const resolve: LookupFunction = (hostname, _options, callback) => {
    const addresses = answers[Math.min(asked.length, answers.length - 1)] as string[]
    asked.push(hostname)
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    ;(callback as unknown as (error: null, found: unknown) => void)(null, found)
  }
  return { resolve, asked }
}

async function served(listener: RequestListener, use: (url: string) => Promise<void>): Promise<void> {
  const http = createServer(listener)
  const own = await listen(http)
  try {
    await use(`http://127.0.0.1:${own}`)
  } finally {
    http.closeAllConnections()
    await new Promise((resolve) => http.close(resolve))
  }
}

describe(verifies('edge.ssrf', 'a published URL'), () => {
  it('of every forbidden spelling is refused before a connection', async () => {
    expect(FORBIDDEN_URLS.length).toBeGreaterThanOrEqual(60)
    const { resolve, asked } = resolving(['127.0.0.1'])
    for (const url of FORBIDDEN_URLS)
      await expect(egressFetch({ url, configured: [issuer.url] }, resolve), url).rejects.toThrow('Cannot fetch')
    expect(asked).toEqual([])
  })

  it('whose name resolves to what is forbidden is refused, whatever the name', async () => {
    for (const name of FORBIDDEN_NAMES)
      for (const address of ['127.0.0.1', '::1', '10.0.0.1', '169.254.169.254', '::ffff:127.0.0.1', 'fd00::1']) {
        const { resolve } = resolving([address])
        const fetched = egressFetch({ url: `https://${name}/`, configured: [] }, resolve)
        await expect(fetched, `${name} ${address}`).rejects.toThrow('none of its addresses is allowed')
      }
  })

  it('in the metadata of an issuer leads to none of them, in any spelling and with the port of the issuer or another', async () => {
    const header = { alg: 'ES256', kid: issuer.key.kid }
    for (const own of [port, Number(new URL(issuer.url).port)])
      for (const url of FORBIDDEN_URLS.map((each) => each.replace('/keys', `:${own}/keys`))) {
        if (URL.canParse(url) && new URL(url).origin === issuer.url) continue
        issuer.metadata = { jwks_uri: url }
        const keys = new IssuerKeys({ issuer: issuer.url, jwksUri: null })
        await expect(keys.keyOf(header, { payload: '', signature: '' }), url).rejects.toThrow()
      }
    expect(issuer.asked.filter((path) => !path.startsWith('/.well-known/'))).toEqual([])
    expect(connections).toBe(0)
  })
})

describe(verifies('edge.ssrf', 'a name'), () => {
  it('is resolved once for a request, and the connection goes to the address that was checked', async () => {
    await served(
      (_request, response) => response.end('{}'),
      async (url) => {
        const named = url.replace('127.0.0.1', 'idp.example')
        const { resolve, asked } = resolving(['127.0.0.1'], ['169.254.169.254'])
        const { status } = await egressFetch({ url: named, configured: [named] }, resolve)
        expect([status, asked]).toEqual([200, ['idp.example']])
        await expect(egressFetch({ url: named, configured: [named] }, resolve)).rejects.toThrow('idp.example')
      },
    )
  })

  it('with several addresses is reached at those alone that are allowed', async () => {
    await served(
      (_request, response) => response.end('{}'),
      async (url) => {
        const named = url.replace('127.0.0.1', 'idp.example')
        const { resolve } = resolving(['169.254.169.254', 'fe80::1', '127.0.0.1'])
        expect((await egressFetch({ url: named, configured: [named] }, resolve)).status).toBe(200)
      },
    )
  })

  it('of the configuration may be in a private network, and the same name at another port is not of the configuration', async () => {
    await served(
      (_request, response) => response.end('{}'),
      async (url) => {
        const named = url.replace('127.0.0.1', 'localhost')
        expect((await egressFetch({ url: `${named}/a`, configured: [named] }, lookup as LookupFunction)).status).toBe(
          200,
        )
        const other = `https://localhost/`
        await expect(egressFetch({ url: other, configured: [named] })).rejects.toThrow('none of its addresses')
      },
    )
  })
})

describe(verifies('edge.ssrf', 'an answer'), () => {
  it('that redirects is returned as it is and followed nowhere', async () => {
    const location = `http://127.0.0.1:${port}/`
    for (const status of [301, 302, 303, 307, 308])
      await served(
        (_request, response) => response.writeHead(status, { location, refresh: `0;url=${location}` }).end(),
        async (url) => {
          expect((await egressFetch({ url, configured: [url] })).status).toBe(status)
        },
      )
    expect(connections).toBe(0)
  })

  it.each([
    ['large', { body: Buffer.alloc(300_000), type: 'identity' }],
    ['small until it is decoded', { body: gzipSync(Buffer.alloc(50_000_000)), type: 'gzip' }],
    ['without an end', { body: undefined, type: 'identity' }],
  ])('that is %s is cut', async (_name, { body, type }) => {
    await served(
      (_request, response) => {
        response.writeHead(200, { 'content-encoding': type })
        if (body) response.end(body)
        else response.write('{')
      },
      async (url) => {
        await expect(egressFetch({ url, configured: [url], timeoutMs: 1_500 })).rejects.toThrow(
          body ? 'larger than' : 'timeout',
        )
      },
    )
  })

  it('that is compressed unasked is read, and in an unknown way is not', async () => {
    for (const [type, message] of [
      ['gzip', '{"a":1}'],
      ['zstd', undefined],
    ] as const)
      await served(
        (request, response) => {
          expect(request.headers['accept-encoding']).toBe('identity')
          response.writeHead(200, { 'content-encoding': type }).end(gzipSync('{"a":1}'))
        },
        async (url) => {
          const text = egressFetch({ url, configured: [url] }).then(({ body }) => body.toString('utf8'))
          if (message) expect(await text).toBe(message)
          else await expect(text).rejects.toThrow('is not known')
        },
      )
  })
})
