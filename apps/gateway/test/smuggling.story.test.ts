/** Bytes that two parsers may read as different requests: what hides in a body, a head or a chunk never runs, and what cannot be read for certain ends the connection. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { rawExchange, requestBytes } from './support/raw-http.ts'
import { PING, type Scripted, startScripted } from './support/start-scripted.ts'
import { verifies } from './support/verifies.ts'

let scripted: Scripted
let hidden: string
beforeAll(async () => {
  scripted = await startScripted()
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 'hidden',
    method: 'tools/call',
    params: { name: 'up__echo', arguments: { hidden: true } },
  })
  hidden = requestBytes(scripted.url, { headers: scripted.headers, body }).toString('latin1')
})
afterAll(() => scripted.close())
afterEach(() => scripted.expectServing())

/** A head that would be served, with other or more lines in it. */
function head(lines: string[], { start = 'POST /mcp HTTP/1.1', credential = true } = {}): string {
  const { host } = new URL(scripted.url)
  const usual = [
    `Host: ${host}`,
    'Content-Type: application/json',
    ...(credential ? [`Authorization: Bearer ${scripted.key}`] : []),
  ]
  return `${[start, ...usual, ...lines].join('\r\n')}\r\n\r\n`
}

/** Sends the bytes, and tells what was answered and how often the hidden request ran. */
async function send(...pieces: string[]): Promise<{ statuses: number[]; runs: number }> {
  const before = scripted.upstream.received.length
  const bytes = pieces.map((piece) => Buffer.from(piece, 'latin1'))
  const answers = await rawExchange(scripted.url, bytes, pieces.length > 1 ? 200 : 0)
  const runs = scripted.upstream.received.slice(before).filter(({ text }) => text.includes('"hidden":true')).length
  return { statuses: answers.map(({ status }) => status), runs }
}

const CUT = { statuses: [400], runs: 0 }
const chunked = (text: string, more = '') => `${text.length.toString(16)}${more}\r\n${text}\r\n`
const PONG = chunked(PING)

describe(verifies('policy.one-parser', 'a body of two lengths'), () => {
  it.each<[string, string[], string]>([
    ['a length and chunks', ['Content-Length: 5', 'Transfer-Encoding: chunked'], '0\r\n\r\n'],
    ['chunks and a length', ['Transfer-Encoding: chunked', 'Content-Length: 5'], '0\r\n\r\n'],
    ['a length of zero and chunks', ['Content-Length: 0', 'Transfer-Encoding: chunked'], PONG],
    ['two lengths', ['Content-Length: 0', 'Content-Length: 5'], ''],
    ['two equal lengths', ['Content-Length: 0', 'Content-Length: 0'], ''],
    ['two lengths in one line', ['Content-Length: 0, 5'], ''],
    ['a length with a sign', ['Content-Length: +0'], ''],
    ['a negative length', ['Content-Length: -1'], ''],
    ['a length in hexadecimal', ['Content-Length: 0x0'], ''],
    ['a length with a fraction', ['Content-Length: 0.0'], ''],
    ['a length beyond all numbers', ['Content-Length: 99999999999999999999'], ''],
    ['an empty length', ['Content-Length: '], ''],
    ['a space before the colon', ['Content-Length : 0'], ''],
    ['a tab before the colon', ['Transfer-Encoding\t: chunked'], ''],
    ['a folded line', ['Transfer-Encoding:', ' chunked'], ''],
    ['a folded length', ['Content-Length: 0', '\t5'], ''],
    ['a line feed alone', ['X-A: b\nTransfer-Encoding: chunked'], ''],
    ['a carriage return alone', ['X-A: b\rTransfer-Encoding: chunked'], ''],
    ['a zero in a name', ['Transfer-Encoding\0: chunked'], ''],
    ['a zero in a value', ['Transfer-Encoding: chun\0ked'], ''],
    ['a coding that nobody knows', ['Transfer-Encoding: xchunked'], ''],
    ['a coding behind chunks', ['Transfer-Encoding: chunked, identity'], ''],
    ['chunks twice', ['Transfer-Encoding: chunked, chunked'], ''],
    ['another coding before chunks', ['Transfer-Encoding: gzip, chunked'], PONG],
    ['chunks in two lines', ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], PONG],
    ['chunks in quotes', ['Transfer-Encoding: "chunked"'], ''],
    ['a vertical tab', ['Transfer-Encoding: \x0bchunked'], ''],
    ['a line without a colon', ['Transfer-Encoding chunked'], ''],
    ['a line without a name', [': chunked'], ''],
    ['a name with a space', ['Transfer Encoding: chunked'], ''],
    ['a name outside ASCII', ['Transf\u00ebr-Encoding: chunked', 'Content-Length: 0'], ''],
  ])('is refused, and what follows it never runs: %s', async (_name, lines, body) => {
    expect(await send(head(lines) + body + hidden)).toEqual(CUT)
  })
})

describe(verifies('policy.one-parser', 'a chunk'), () => {
  it.each<[string, string]>([
    ['with an extension that holds a line feed', '5;a=\n\r\nabcde\r\n0\r\n\r\n'],
    ['with an extension in quotes that holds a line', '5;a="\r\n"\r\nabcde\r\n0\r\n\r\n'],
    ['with a size that has a sign', '+5\r\nabcde\r\n0\r\n\r\n'],
    ['with a size that has a prefix', '0x5\r\nabcde\r\n0\r\n\r\n'],
    ['with a size that is no number', 'g\r\nabcde\r\n0\r\n\r\n'],
    ['with a size beyond all numbers', 'fffffffffffffffff\r\nabcde\r\n0\r\n\r\n'],
    ['with a space before its size', ' 5\r\nabcde\r\n0\r\n\r\n'],
    ['that is longer than it says', '1\r\nabcde\r\n0\r\n\r\n'],
    ['that is shorter than it says', '6\r\nabcde\r\n0\r\n\r\n'],
    ['whose lines end in line feeds', '5\nabcde\n0\n\n'],
    ['whose end is a line feed', '5\r\nabcde\n0\r\n\r\n'],
    ['with an empty size', '\r\nabcde\r\n0\r\n\r\n'],
    ['before trailers that name a length', `${PONG}0\r\nContent-Length: 9999\r\n\r\n`],
    ['before trailers with a zero', `${PONG}0\r\nX-A: \0\r\n\r\n`],
    ['before trailers without a colon', `${PONG}0\r\nX-A\r\n\r\n`],
  ])('ends the connection, and what follows it never runs: %s', async (_name, body) => {
    expect(await send(head(['Transfer-Encoding: chunked']) + body + hidden)).toEqual(CUT)
  })

  it('that swallows the next request runs nothing of it', async () => {
    const { runs } = await send(
      `${head(['Transfer-Encoding: chunked', 'Connection: close'])}${chunked(hidden)}0\r\n\r\n`,
    )
    expect(runs).toBe(0)
  })

  it.each<[string, string]>([
    ['with an extension', `${chunked(PING, ';a=b')}0\r\n\r\n`],
    ['before trailers that name another caller', `${PONG}0\r\nAuthorization: Bearer x\r\nHost: example.com\r\n\r\n`],
  ])('is read for what it is, and so is the next request: %s', async (_name, body) => {
    expect(await send(head(['Transfer-Encoding: chunked']) + body + hidden)).toEqual({ statuses: [200, 200], runs: 1 })
  })
})

describe(verifies('policy.one-parser', 'a start line'), () => {
  it.each<[string, string, string[]]>([
    ['of HTTP/1.0', 'POST /mcp HTTP/1.0', ['Content-Length: 0']],
    ['of HTTP/1.0 with chunks', 'POST /mcp HTTP/1.0', ['Transfer-Encoding: chunked']],
    ['of HTTP/1.0 that keeps alive', 'POST /mcp HTTP/1.0', ['Connection: keep-alive', 'Transfer-Encoding: chunked']],
    ['of HTTP/0.9', 'GET /mcp', []],
    ['of HTTP/2', 'PRI * HTTP/2.0', []],
    ['of a version that is none', 'POST /mcp HTTP/1.10', ['Content-Length: 0']],
    ['of HTTP/1.2', 'POST /mcp HTTP/1.2', ['Content-Length: 0']],
    ['in lower case', 'post /mcp HTTP/1.1', ['Content-Length: 0']],
    ['with a space in the target', 'POST /mcp /livez HTTP/1.1', ['Content-Length: 0']],
    ['with a tab', 'POST\t/mcp HTTP/1.1', ['Content-Length: 0']],
    ['with a zero in the target', 'POST /mcp\0 HTTP/1.1', ['Content-Length: 0']],
    ['that connects', 'CONNECT example.com:443 HTTP/1.1', []],
    ['that connects to here', 'CONNECT /mcp HTTP/1.1', []],
  ])('ends the connection, and what follows it never runs: %s', async (_name, start, lines) => {
    const { statuses, runs } = await send(head(lines, { start }) + hidden)
    expect([statuses.filter((status) => status !== 400), statuses.length <= 1, runs]).toEqual([[], true, 0])
  })

  it.each<[string, string[]]>([
    [
      'h2c',
      ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__', 'Content-Length: 0'],
    ],
    [
      'a WebSocket',
      [
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: x',
        'Content-Length: 0',
      ],
    ],
    ['TLS', ['Connection: Upgrade', 'Upgrade: TLS/1.0', 'Content-Length: 0']],
  ])('with an upgrade to %s switches nothing', async (_name, lines) => {
    expect(await send(head(lines), hidden)).toEqual({ statuses: [400, 200], runs: 1 })
    expect(await send(head(lines, { start: 'PUT /mcp HTTP/1.1' }), hidden)).toEqual({ statuses: [405, 200], runs: 1 })
  })
})
