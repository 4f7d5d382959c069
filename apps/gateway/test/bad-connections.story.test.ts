/** Connections that mix, cut or delay requests: each request is answered once and none becomes another. */
import { type AddressInfo, connect } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createHttp } from '../src/http.ts'
import { failureOf } from './support/failure-of.ts'
import { type RawRequest, rawExchange, requestBytes } from './support/raw-http.ts'
import { having, PING, type Scripted, startScripted } from './support/start-scripted.ts'
import { verifies } from './support/verifies.ts'

type Headers = NonNullable<RawRequest['headers']>

let scripted: Scripted
beforeAll(async () => {
  scripted = await startScripted()
})
afterAll(() => scripted.close())
afterEach(() => scripted.expectServing())

describe('a connection', () => {
  const alive = (): Headers => [...scripted.headers, ['Connection', 'keep-alive']]
  const statuses = async (...requests: (string | Buffer)[]) =>
    (await rawExchange(scripted.url, requests)).map(({ status }) => status)
  const bytes = (request: RawRequest) => requestBytes(scripted.url, request)

  it('answers pipelined requests in their order', async () => {
    const first = bytes({ headers: alive(), body: PING.replace('7', '"a"') })
    const second = bytes({ headers: alive(), body: '{' })
    const third = bytes({ headers: scripted.headers, body: PING.replace('7', '"c"') })
    const answers = await rawExchange(scripted.url, [Buffer.concat([first, second, third])])
    expect(answers.map(({ status, text }) => [status, JSON.parse(text).id])).toEqual([
      [200, 'a'],
      [400, undefined],
      [200, 'c'],
    ])
  })

  it('never takes a refused body for the next request', async () => {
    const smuggled = bytes({ headers: scripted.headers, body: PING.replace('7', '"smuggled"') })
    const refused = bytes({ headers: [...alive().slice(1)], body: smuggled })
    const last = bytes({ headers: scripted.headers, body: PING })
    expect(await statuses(Buffer.concat([refused, last]))).toEqual([401, 200])
    const tooLarge = bytes({ headers: [...alive(), ['Content-Length', '9000000']], body: smuggled })
    expect(await statuses(Buffer.concat([tooLarge, last]))).toEqual([413])
  })

  it.each([
    ['two lengths', 'Content-Length: 1\r\nContent-Length: 2'],
    ['a length and chunks', 'Content-Length: 1\r\nTransfer-Encoding: chunked'],
    ['a length that is no number', 'Content-Length: +1'],
    ['a header without a name', ': x'],
    ['a folded header', 'X-A: b\r\n c'],
    ['a zero in a header', 'X-A: b\0c'],
    ['a space before the colon', 'X-A : b'],
  ])('is closed after a head with %s', async (_name, lines) => {
    const head = `POST /mcp HTTP/1.1\r\nHost: ${new URL(scripted.url).host}\r\n${lines}\r\n\r\nxx`
    expect(
      await statuses(Buffer.concat([Buffer.from(head, 'latin1'), bytes({ headers: scripted.headers, body: PING })])),
    ).toEqual([400])
  })

  it('is closed behind a body whose end cannot be known', async () => {
    const head = bytes({ headers: [...alive(), ['Transfer-Encoding', 'gzip']] })
    expect(await statuses(Buffer.concat([head, bytes({ headers: scripted.headers, body: PING })]))).toEqual([400])
  })

  it(verifies('edge.limits', 'is closed after a head that is too large'), async () => {
    expect(
      await statuses(bytes({ headers: having(scripted.headers, ['X-A', 'a'.repeat(40_000)]), body: PING })),
    ).toEqual([431])
  })

  it('that breaks within a body harms nobody', async () => {
    const socket = connect(Number(new URL(scripted.url).port), '127.0.0.1')
    socket.write(bytes({ headers: [...scripted.headers, ['Content-Length', '1000']], body: '{' }))
    await new Promise((resolve) => setTimeout(resolve, 50))
    socket.destroy()
  })
})

describe(verifies('edge.slow', 'time'), () => {
  it('runs out for a body that trickles in', async () => {
    const edge = scripted.gateway.listening.gateway.edge
    const before = edge.maxBodyMs
    Object.assign(edge, { maxBodyMs: 150 })
    const head = requestBytes(scripted.url, { headers: [...scripted.headers, ['Content-Length', '1000']], body: '{' })
    const [answer] = await rawExchange(scripted.url, [head, ...Array(10).fill(' ')], 40)
    Object.assign(edge, { maxBodyMs: before })
    expect(failureOf(answer!)).toEqual({ status: 408, rpc: -32603, code: 'body_too_slow' })
    expect(answer?.headers.connection).toBe('close')
  })

  it('runs out for a head that trickles in and for a body that nobody reads, and never for an open stream', async () => {
    const times = { headersMs: 150, requestMs: 300, checkMs: 25 }
    const http = createHttp(() => scripted.gateway.listening.gateway, times)
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    const other = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`
    const trickle = Array<string>(20).fill('X-A: b\r\n')
    const [head] = await rawExchange(other, ['POST /mcp HTTP/1.1\r\n', ...trickle], 40)
    expect(head).toMatchObject({ status: 408, text: '' })
    const unread = requestBytes(other, {
      headers: [
        ['Content-Length', '1000'],
        ['Connection', 'keep-alive'],
      ],
      method: 'PUT',
    })
    const stream = await fetch(other, { headers: { authorization: `Bearer ${scripted.key}` } })
    let hasEnded = false
    const reading = stream.text().then(
      () => (hasEnded = true),
      () => (hasEnded = true),
    )
    const startedAtMs = performance.now()
    expect((await rawExchange(other, [unread, ...Array(50).fill(' ')], 40)).map(({ status }) => status)).toEqual([
      405, 408,
    ])
    expect(performance.now() - startedAtMs).toBeLessThan(1_500)
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect([stream.status, hasEnded]).toEqual([200, false])
    http.closeAllConnections()
    await reading
    await new Promise((resolve) => http.close(resolve))
  })
})
