/** Whoever reads a request, the client gets what `node:http` would have given it. */
import { once } from 'node:events'
import { type IncomingHttpHeaders, Server } from 'node:http'
import { connect } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { McpResponse } from '../request/receive.ts'
import { body, collect, listen, OPTIONS, post, usual } from './plain-fixture.ts'
import { PlainServer, type PlainServerOptions } from './plain-server.ts'

interface Seen {
  method?: string | undefined
  url?: string | undefined
  headers: IncomingHttpHeaders
}

/** Nothing times out here. */
const PATIENT = { ...OPTIONS, headersTimeout: 10_000, requestTimeout: 20_000, connectionsCheckingInterval: 5_000 }
/** In place of what is sent: the client ends its side. */
const END = Symbol('end')
type Piece = string | typeof END
/** Turns of the event loop, of which everybody here is a part, in which each answer is there that will be. */
const TURNS = 50
const SAMPLES = 150
/** So many at a time: one connection is accepted in each turn. */
const TOGETHER = TURNS / 5

/** Answers with what was read. */
function echo({ method, url, headers }: Seen, response: McpResponse, body: Buffer): void {
  const text = JSON.stringify({ method, url, headers: { ...headers }, body: body.toString('latin1') })
  response.writeHead(200, { 'Content-Length': String(Buffer.byteLength(text)) })
  response.end(text)
}

/** The two that are compared, and how many requests of a connection were plain. */
async function openBoth() {
  const plain = new Map<number | undefined, number>()
  const onRequest: PlainServerOptions['onRequest'] = (request, response) => {
    response.on('error', () => {})
    collect(request).then(
      (body) => echo(request, response, body),
      () => {},
    )
  }
  const own = await listen(
    new PlainServer({
      ...PATIENT,
      stallMs: 1_000,
      accepts: (url) => url.startsWith('/mcp'),
      onPlain(request, response) {
        const { remotePort } = request.socket
        plain.set(remotePort, (plain.get(remotePort) ?? 0) + 1)
        echo(request, response, request.body)
      },
      onRequest,
    }),
  )
  const node = await listen(new Server(PATIENT, onRequest))
  /** What both answer to the same pieces. */
  return async (pieces: readonly Piece[]) => {
    const [ours, theirs] = await Promise.all([talk(own.port, pieces), talk(node.port, pieces)])
    return { pieces, ours: ours.said, theirs: theirs.said, plain: plain.get(ours.port) ?? 0 }
  }
}

/** Sends the pieces one after the other and returns what comes back, and whether the connection is `closed` then. */
async function talk(port: number, pieces: readonly Piece[]) {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => {})
  let text = ''
  let end = 'open'
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
  })
  for (const event of ['end', 'close'])
    socket.on(event, () => {
      end = 'closed'
    })
  await once(socket, 'connect')
  const { localPort } = socket
  socket.setNoDelay(true)
  for (const piece of pieces) {
    if (piece === END) socket.end()
    else socket.write(piece, 'latin1')
    // Whether an answer that is under way gets out before what follows turns out to be no request is a matter of luck.
    for (let turn = 0; turn < TURNS; turn++) await new Promise(setImmediate)
  }
  socket.destroy()
  return { port: localPort, said: { text: comparable(text), end } }
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
  ['empty lines alone', '\r\n\r\n', 0],
  ['half an empty line', '\r', 0],
]

describe('beside node:http', async () => {
  const both = await openBoth()
  const all = async (each: readonly (readonly Piece[])[]) => {
    const answers: Awaited<ReturnType<typeof both>>[] = []
    for (let at = 0; at < each.length; at += TOGETHER)
      answers.push(...(await Promise.all(each.slice(at, at + TOGETHER).map(both))))
    return answers
  }
  const alone = await all(CASES.map(([, text]) => [text]))

  it.each(CASES.map(([name, , plain], at) => [name, plain, at] as const))('answers alike: %s', (_name, plain, at) => {
    expect(alone[at]).toMatchObject({ ours: alone[at]?.theirs, plain })
  })

  async function expectAlike(samples: readonly (readonly Piece[])[]): Promise<void> {
    for (const { pieces, ours, theirs } of await all(samples))
      expect({ pieces, ...ours }).toEqual({ pieces, ...theirs })
  }

  it('answers alike who ends its side behind it, or a little more', async () => {
    const rests = ['\r\n', usual.slice(0, 30), post()].map((rest): Piece[] => [usual, rest, END])
    await expectAlike([...CASES.map(([, text]): Piece[] => [text, END]), ...rests])
  })

  it('answers alike one after the other on one connection, plain or not', async () => {
    const rest = CASES.map(([, text]) => text).filter((text) => text.length < 5_000)
    await expectAlike(
      fc.sample(fc.array(fc.constantFrom(usual, usual, ...rest), { minLength: 2, maxLength: 5 }), SAMPLES),
    )
  })

  it('answers alike wherever the bytes are parted', async () => {
    const whole = fc.constantFrom(...CASES.map(([, text]) => text).filter((text) => text.length < 1_000))
    const cuts = fc.array(fc.nat(400), { minLength: 1, maxLength: 4 })
    const parted = fc.tuple(whole, cuts).map(([text, places]) => {
      const at = [0, ...places.filter((place) => place < text.length).sort((a, b) => a - b), text.length]
      return at.slice(1).map((until, index) => text.slice(at[index], until))
    })
    await expectAlike(fc.sample(parted, SAMPLES))
  })
})
