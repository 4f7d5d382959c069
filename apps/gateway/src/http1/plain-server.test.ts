/** Whoever reads a request, the client gets what `node:http` would have given it. */
import { once } from 'node:events'
import { type IncomingHttpHeaders, type IncomingMessage, Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { McpResponse } from '../request/receive.ts'
import { KEEP_ALIVE_MS } from './kept-lines.ts'
import { PlainServer, type PlainServerOptions } from './plain-server.ts'

const OPTIONS = {
  maxHeaderSize: 4 * 1024,
  keepAliveTimeout: KEEP_ALIVE_MS,
  headersTimeout: 300,
  requestTimeout: 600,
  connectionsCheckingInterval: 100,
  requireHostHeader: false,
}

interface Seen {
  method?: string | undefined
  url?: string | undefined
  headers: IncomingHttpHeaders
}

const GAP_MS = 12
const QUIET_MS = 60

/** Answers with what was read. */
function echo({ method, url, headers }: Seen, response: McpResponse, body: Buffer): void {
  const text = JSON.stringify({ method, url, headers: { ...headers }, body: body.toString('latin1') })
  response.writeHead(200, { 'Content-Length': String(Buffer.byteLength(text)) })
  response.end(text)
}

async function collect(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const closing: Server[] = []
afterAll(() => {
  for (const server of closing) {
    server.close()
    server.closeAllConnections()
  }
})

async function listen<T extends Server>(server: T): Promise<T & { port: number }> {
  closing.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(server, { port: (server.address() as AddressInfo).port })
}

/** The two that are compared, and how many requests were plain. */
async function openBoth() {
  let plain = 0
  const onRequest: PlainServerOptions['onRequest'] = (request, response) => {
    response.on('error', () => {})
    collect(request).then(
      (body) => echo(request, response, body),
      () => {},
    )
  }
  const own = await listen(
    new PlainServer({
      ...OPTIONS,
      stallMs: 1_000,
      accepts: (url) => url.startsWith('/mcp'),
      onPlain(request, response) {
        plain++
        echo(request, response, request.body)
      },
      onRequest,
    }),
  )
  const node = await listen(new Server(OPTIONS, onRequest))
  const takePlain = () => {
    const count = plain
    plain = 0
    return count
  }
  return { own, node, takePlain }
}

/** Sends the pieces one after the other and returns what comes back until nothing more does, `closed` where the server ends it. */
async function talk(port: number, pieces: readonly string[]): Promise<{ text: string; end: string }> {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  let text = ''
  let end = 'open'
  let lastMs = performance.now()
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
    lastMs = performance.now()
  })
  socket.on('close', () => {
    end = 'closed'
  })
  await once(socket, 'connect')
  socket.setNoDelay(true)
  for (const piece of pieces) {
    socket.write(piece, 'latin1')
    // An answer that is under way when what follows turns out to be none is a matter of luck.
    await sleep(GAP_MS)
  }
  lastMs = performance.now()
  while (end === 'open' && performance.now() - lastMs < QUIET_MS) await sleep(10)
  socket.destroy()
  return { text: comparable(text), end }
}

// The order of headers says nothing, and neither does the time.
function comparable(text: string): string {
  return text.replace(/(HTTP\/1\.1 \d+ [^\r]*\r\n)((?:[\w-]+: [^\r]*\r\n)*)\r\n/g, (_all, status, lines) => {
    const sorted = String(lines)
      .split('\r\n')
      .filter((line) => line !== '' && !line.startsWith('Date:'))
      .sort()
    return `${status}${sorted.join('\r\n')}\r\n\r\n`
  })
}

const body = '{"jsonrpc":"2.0","id":1,"method":"ping"}'
const post = (more = '', length: string | number = body.length, url = '/mcp') =>
  `POST ${url} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n${more}Content-Length: ${length}\r\n\r\n`
const usual = post() + body
const chunked = `POST /mcp HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`
const many = (count: number) => Array.from({ length: count }, (_, at) => `X-${at}: ${at}\r\n`).join('')

/** What is sent, and how many of its requests are plain when it comes in one piece. */
const CASES: [string, string, number][] = [
  ['a usual request', usual, 1],
  ['names in any case', usual.replace('Content-Type', 'cOnTeNt-TyPe'), 1],
  ['a value with spaces and bytes above ASCII', post('X-A:   \xe9 b \t\r\n') + body, 1],
  ['an empty body', post('', 0), 1],
  ['a query', post('', body.length, '/mcp?a=b') + body, 1],
  ['28 more headers', post(many(28)) + body, 1],
  ['lines before the request', `\r\n\r\n${usual}`, 1],
  ['a line behind the body', `${usual}\r\n`, 1],
  ['the largest plain body', post('', 65_536) + 'x'.repeat(65_536), 1],
  ['a larger one', post('', 65_537) + 'x'.repeat(65_537), 0],
  ['another path', post('', body.length, '/livez') + body, 0],
  ['an absolute URL', post('', body.length, 'http://a/mcp') + body, 0],
  ['40 more headers', post(many(40)) + body, 0],
  ['a header that stands twice', post('X-A: 1\r\nx-a: 2\r\n') + body, 0],
  ['two hosts', post('Host: b\r\n') + body, 0],
  ['two equal lengths', post(`Content-Length: ${body.length}\r\n`) + body, 0],
  ['two lengths', post('Content-Length: 3\r\n') + body, 0],
  ['a length that is none', post('', '+40') + body, 0],
  ['a length that is no number', post('', 'x') + body, 0],
  ['a length too large for a number', post('', '99999999999999999999') + body, 0],
  ['no length', usual.replace(/Content-Length.*\r\n/, ''), 0],
  ['chunks', chunked, 0],
  ['chunks and a length', post('Transfer-Encoding: chunked\r\n') + body, 0],
  ['a made-up transfer encoding', post('Transfer-Encoding: identity\r\n') + body, 0],
  ['chunks of a made-up size', chunked.replace('3\r\n', '0x3\r\n'), 0],
  ['trailers', chunked.replace('0\r\n\r\n', '0\r\nX-A: 1\r\n\r\n'), 0],
  ['GET', 'GET /mcp HTTP/1.1\r\nHost: a\r\n\r\n', 0],
  ['GET with a body', usual.replace('POST', 'GET'), 0],
  ['DELETE', 'DELETE /mcp HTTP/1.1\r\nHost: a\r\n\r\n', 0],
  ['a method that is none', usual.replace('POST', 'PO ST'), 0],
  ['an unknown method', usual.replace('POST', 'BREW'), 0],
  ['HTTP/1.0', usual.replace('1.1', '1.0'), 0],
  ['HTTP/2.0', usual.replace('1.1', '2.0'), 0],
  ['HTTP/0.9', 'POST /mcp\r\n\r\n', 0],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 0],
  ['a TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 0],
  ['Connection: close', post('Connection: close\r\n') + body, 0],
  ['Connection: keep-alive', post('Connection: keep-alive\r\n') + body, 1],
  ['an upgrade', post('Connection: Upgrade\r\nUpgrade: h2c\r\n') + body, 0],
  ['an upgrade that nothing announces', post('Upgrade: websocket\r\n') + body, 1],
  ['Expect: 100-continue', post('Expect: 100-continue\r\n') + body, 0],
  ['another expectation', post('Expect: a miracle\r\n') + body, 0],
  ['a head too large', post(`X-A: ${'x'.repeat(5_000)}\r\n`) + body, 0],
  ['a folded header', post('X-A: 1\r\n 2\r\n') + body, 0],
  ['a space before the colon', post('X-A : 1\r\n') + body, 0],
  ['an empty name', post(': 1\r\n') + body, 0],
  ['a null byte', post('X-A: \x00\r\n') + body, 0],
  ['lines that end with LF alone', usual.replaceAll('\r\n', '\n'), 0],
  ['a header named __proto__', post('__proto__: 1\r\n') + body, 0],
  ['two requests at once', usual + usual, 0],
  ['three at once, the last one odd', usual + usual + chunked, 0],
  ['one and the beginning of another', usual + usual.slice(0, 30), 0],
  ['one and what is none', `${usual}GARBAGE\r\n\r\n`, 0],
  ['a body longer than was said', `${usual}xyz`, 0],
  ['a head alone', post(), 0],
  ['half a head', post().slice(0, 40), 0],
  ['nothing', '', 0],
]

describe('beside node:http', async () => {
  const { own, node, takePlain } = await openBoth()
  const both = (pieces: readonly string[]) => Promise.all([talk(own.port, pieces), talk(node.port, pieces)])

  it.each(CASES)('answers alike: %s', async (_name, text, plain) => {
    takePlain()
    const [ours, theirs] = await both([text])
    expect(ours).toEqual(theirs)
    expect(takePlain()).toBe(plain)
  })

  it('answers alike one after the other on one connection, plain or not', async () => {
    const rest = CASES.map(([, text]) => text).filter((text) => text.length < 5_000)
    const sequences = fc.array(fc.constantFrom(usual, usual, ...rest), { minLength: 2, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(sequences, async (pieces) => {
        const [ours, theirs] = await both(pieces)
        expect(ours).toEqual(theirs)
      }),
      { numRuns: 40 },
    )
  }, 60_000)

  it('answers alike wherever the bytes are parted', async () => {
    const whole = fc.constantFrom(...CASES.map(([, text]) => text).filter((text) => text.length < 1_000))
    const parted = fc.tuple(whole, fc.array(fc.nat(400), { minLength: 1, maxLength: 4 }))
    await fc.assert(
      fc.asyncProperty(parted, async ([text, cuts]) => {
        const at = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length]
        const pieces = at.slice(1).map((until, index) => text.slice(at[index], until))
        const [ours, theirs] = await both(pieces)
        expect(ours).toEqual(theirs)
      }),
      { numRuns: 40 },
    )
  }, 60_000)
})

/** A server whose requests are answered by the test. */
async function openSlow(some: Partial<PlainServerOptions> = {}) {
  const arrived: { response: McpResponse; isPlain: boolean; body: Buffer }[] = []
  const server = await listen(
    new PlainServer({
      ...OPTIONS,
      stallMs: 300,
      accepts: () => true,
      onPlain: (request, response) => void arrived.push({ response, isPlain: true, body: request.body }),
      onRequest(request, response) {
        response.on('error', () => {})
        collect(request).then(
          (read) => arrived.push({ response, isPlain: false, body: read }),
          () => {},
        )
      },
      ...some,
    }),
  )
  const open = () => new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)))
  return { server, arrived, open }
}

function client(port: number): { socket: Socket; text: () => string; closed: Promise<unknown> } {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
  })
  return { socket, text: () => text, closed: new Promise((resolve) => socket.once('close', resolve)) }
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + 4_000
  while (!(await isTrue())) {
    if (performance.now() > deadlineMs) throw new Error('it did not come to be in time')
    await sleep(5)
  }
}

it('sends events as they come, and ends the stream', async () => {
  const { server, arrived } = await openSlow()
  const { socket, text } = client(server.port)
  socket.write(usual)
  await until(() => arrived.length === 1)
  const { response } = arrived[0] as (typeof arrived)[0]
  response.writeHead(200, ['Content-Type', 'text/event-stream'])
  response.write('data: é\n\n')
  await until(() => text().includes('data'))
  response.write(Buffer.from('data: 2\n\n'))
  response.end('data: 3\n\n')
  await until(() => text().endsWith('0\r\n\r\n'))
  expect(text()).toMatch(/Transfer-Encoding: chunked\r\n/)
  expect(text().split('\r\n\r\n').slice(1).join('\r\n\r\n')).toBe(
    'a\r\ndata: \xc3\xa9\n\n\r\n9\r\ndata: 2\n\n\r\n9\r\ndata: 3\n\n\r\n0\r\n\r\n',
  )
  expect(response).toMatchObject({ writableEnded: true, writableFinished: true, destroyed: true })
  socket.write(usual)
  await until(() => arrived.length === 2)
  expect(arrived[1]).toMatchObject({ isPlain: true })
})

it.each([
  ['cuts its connection', (socket: Socket) => socket.resetAndDestroy()],
  ['ends its side', (socket: Socket) => socket.end()],
  ['ends its side behind another request', (socket: Socket) => socket.end(usual)],
])('notices at once that a client %s while its request is served', async (_name, leave) => {
  const { server, arrived, open } = await openSlow()
  const { socket } = client(server.port)
  socket.write(usual)
  await until(() => arrived.length === 1)
  const { response } = arrived[0] as (typeof arrived)[0]
  let isClosed = false
  response.once('close', () => {
    isClosed = true
  })
  leave(socket)
  await until(() => isClosed)
  expect(response).toMatchObject({ destroyed: true, writableFinished: false })
  response.writeHead(200, [])
  response.end('nobody reads this')
  expect(response.writableFinished).toBe(false)
  await until(async () => (await open()) === 0)
})

it('answers requests in their order that come before the first answer, and reads no more than it must', async () => {
  const { server, arrived } = await openSlow()
  const { socket, text } = client(server.port)
  socket.write(usual)
  await until(() => arrived.length === 1)
  for (let at = 0; at < 200; at++) socket.write(post('', 60_000) + String(at % 10).repeat(60_000))
  await sleep(100)
  expect(arrived.length).toBe(1)
  expect(socket.writableLength).toBeGreaterThan(0)
  for (let at = 0; at <= 200; at++) {
    await until(() => arrived.length > at)
    const { response, body: read } = arrived[at] as (typeof arrived)[0]
    response.writeHead(200, { 'Content-Length': '4' })
    response.end(`${read.toString('latin1', 0, 1)}${String(at).padStart(3, '0')}`)
  }
  const answers = () => [...text().matchAll(/\r\n\r\n(.)(\d{3})/g)].map(([, first, number]) => [first, Number(number)])
  await until(() => answers().length === 201)
  expect(answers()).toEqual([['{', 0], ...Array.from({ length: 200 }, (_, at) => [String(at % 10), at + 1])])
})

it('leaves the slow to node:http, which tells them that they were', async () => {
  const { server, open } = await openSlow()
  const slow = ['', post().slice(0, 30), post(), usual + post()].map((text) => {
    const each = client(server.port)
    each.socket.write(text)
    return each
  })
  await Promise.all(slow.map(({ closed }) => closed))
  expect(slow.slice(0, 3).map(({ text }) => text().split('\r\n')[0])).toEqual(
    Array(3).fill('HTTP/1.1 408 Request Timeout'),
  )
  await until(async () => (await open()) === 0)
})

it('cuts a client that takes no byte of its answer, and none that is slow to be answered', async () => {
  const { server, arrived } = await openSlow()
  const patient = client(server.port)
  patient.socket.write(usual)
  const stalled = client(server.port)
  stalled.socket.pause()
  stalled.socket.write(usual)
  await until(() => arrived.length === 2)
  const large = Buffer.alloc(32 * 1024 * 1024)
  let isClosed = false
  const { response } = arrived[1] as (typeof arrived)[0]
  response.once('close', () => {
    isClosed = true
  })
  response.writeHead(200, [])
  response.end(large)
  await until(() => isClosed)
  expect(response.writableFinished).toBe(false)
  expect(patient.socket.destroyed).toBe(false)
  arrived[0]?.response.writeHead(200, [])
  arrived[0]?.response.end('here')
  await until(() => patient.text().endsWith('here'))
})

it('ends connections that are idle, and all of them, when it is told to', async () => {
  const { server, arrived, open } = await openSlow()
  const idle = client(server.port)
  idle.socket.write(usual)
  const busy = client(server.port)
  busy.socket.write(usual)
  await until(() => arrived.length === 2)
  arrived[0]?.response.writeHead(202, [])
  arrived[0]?.response.end()
  await until(() => idle.text().includes('Content-Length: 0') || busy.text().includes('Content-Length: 0'))
  server.closeIdleConnections()
  await Promise.race([idle.closed, busy.closed])
  expect(await open()).toBe(1)
  server.closeAllConnections()
  await Promise.all([idle.closed, busy.closed])
  expect(await open()).toBe(0)
})

it('holds nothing of clients that have gone', async () => {
  const { server, arrived, open } = await openSlow()
  const clients = Array.from({ length: 50 }, () => client(server.port))
  for (const { socket } of clients) socket.write(usual)
  await until(() => arrived.length === 50)
  for (const { response } of arrived) {
    response.writeHead(200, [])
    response.end('{}')
  }
  await until(() => clients.every(({ text }) => text().endsWith('{}')))
  for (const [at, { socket }] of clients.entries()) at % 2 === 0 ? socket.end() : socket.resetAndDestroy()
  await until(async () => (await open()) === 0)
})

it('refuses a head that cannot be sent, while another one still can', async () => {
  const { server, arrived } = await openSlow()
  const { socket, text } = client(server.port)
  socket.write(usual)
  await until(() => arrived.length === 1)
  const { response } = arrived[0] as (typeof arrived)[0]
  expect(() => response.writeHead(200, ['X-A', 'a\r\nb'])).toThrow('Invalid character')
  expect(() => response.writeHead(200, ['X-A', 'é'])).toThrow('not ASCII')
  expect(response.headersSent).toBe(false)
  response.writeHead(204, [])
  response.end()
  await until(() => text().includes('204 No Content'))
  expect(text()).not.toMatch(/Content-Length|Transfer-Encoding/)
})
