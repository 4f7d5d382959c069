/** Whoever reads a request, the line answers it alike: the same head and the same body, of everything that a usual request may be about. */
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sendResult } from './fixtures/scripted-upstream.ts'
import { requestBytes } from './support/raw-http.ts'
import { type Scripted, startScripted } from './support/start-scripted.ts'

type Headers = Readonly<Record<string, string | undefined>>

const NAMES = ['large', 'huge', 'told'] as const
const MODERN = 'io.modelcontextprotocol/'
const META = { [`${MODERN}protocolVersion`]: '2026-07-28', [`${MODERN}clientCapabilities`]: {}, progressToken: 'p' }
/** Of a request that stands twice, which `node:http` alone reads. */
const TWICE = [
  ['X-Twice', '1'],
  ['X-Twice', '2'],
] as const
/** What differs from one answer to the next. */
const OWN = /^(?:Date|X-Request-Id|Mcp-Session-Id): .*\r\n|"requestId":"[^"]*"/gim

let scripted: Scripted

beforeAll(async () => {
  scripted = await startScripted({ tools: NAMES.map((name) => ({ name, inputSchema: { type: 'object' } })) })
  const { answers } = scripted.upstream
  const text = (length: number) => ({ content: [{ type: 'text', text: 'é'.repeat(length) }], resultType: 'complete' })
  answers.set('large', (request, response) => sendResult(response, request.idText, text(20_000)))
  answers.set('huge', (request, response) => sendResult(response, request.idText, text(400_000)))
  answers.set('told', (request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(
      'data: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"p","progress":1}}\n\n',
    )
    const result = JSON.stringify(text(3))
    response.end(`data: {"jsonrpc":"2.0","id":${request.idText},"result":${result}}\n\n`)
  })
})
afterAll(() => scripted.close())

/** What comes back on a connection of its own until it is `isWhole`, or the connection ends. */
function answerTo(bytes: Buffer): Promise<string> {
  const socket = connect(Number(new URL(scripted.url).port), '127.0.0.1')
  const chunks: Buffer[] = []
  return new Promise((resolve) => {
    const end = () => {
      socket.destroy()
      resolve(Buffer.concat(chunks).toString('utf8').replace(OWN, ''))
    }
    socket.on('error', end).on('close', end)
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      if (isWhole(Buffer.concat(chunks))) end()
    })
    socket.write(bytes)
  })
}

function isWhole(bytes: Buffer): boolean {
  const head = bytes.indexOf('\r\n\r\n')
  if (head < 0) return false
  const lines = bytes.toString('latin1', 0, head)
  const length = /^Content-Length: (\d+)$/im.exec(lines)?.[1]
  if (length !== undefined) return bytes.length >= head + 4 + Number(length)
  if (!/^Transfer-Encoding: chunked$/im.test(lines)) return true
  // A stream that stays open says one thing first.
  return bytes.includes('subscriptions/acknowledged') || bytes.subarray(-7).equals(Buffer.from('\r\n0\r\n\r\n'))
}

/** Head lines in any order, and the body. */
function parted(text: string): [string[], string] {
  const end = text.indexOf('\r\n\r\n')
  return [text.slice(0, end).split('\r\n').filter(Boolean).sort(), text.slice(end + 4)]
}

async function both(body: string, changed: Headers = {}, target = '/mcp') {
  const usual: Headers = {
    Connection: 'keep-alive',
    Authorization: `Bearer ${scripted.key}`,
    'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream',
  }
  const headers = Object.entries({ ...usual, ...changed }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  const bytes = (more: typeof headers) => requestBytes(scripted.url, { target, headers: [...headers, ...more], body })
  return { plain: parted(await answerTo(bytes([]))), others: parted(await answerTo(bytes([...TWICE]))) }
}

const message = (method: string, params: object = {}) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: META } })
const modern = (method: string, name?: string): Headers => ({
  'MCP-Protocol-Version': '2026-07-28',
  'Mcp-Method': method,
  'Mcp-Name': name,
})
const call = (name: string): [string, Headers] => [
  message('tools/call', { name, arguments: {} }),
  modern('tools/call', name),
]
const legacyCall = (name: string) => `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${name}"}}`
const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}'
const notification = '{"jsonrpc":"2.0","method":"notifications/initialized"}'
const initialize = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"a","version":"1"}}}`
const listen = message('subscriptions/listen', { notifications: { toolsListChanged: true } })

it.each<[what: string, status: number, body: string, headers?: Headers, target?: string]>([
  ['a small answer', 200, ping],
  ['a list', 200, message('tools/list'), modern('tools/list')],
  ['a discovery', 200, message('server/discover'), modern('server/discover')],
  ['the beginning of a session', 200, initialize],
  ['a call', 200, ...call('up__echo')],
  ['a legacy call', 200, legacyCall('up__echo')],
  ['a call on a route of its own', 200, ...call('echo'), '/s/up/mcp'],
  ['a large answer', 200, ...call('up__large')],
  ['an answer beyond any buffer', 200, ...call('up__huge')],
  ['an answer behind progress', 200, ...call('up__told')],
  ['an answer behind progress that nobody reads', 200, legacyCall('up__told'), { Accept: 'application/json' }],
  ['a stream', 200, listen, { ...modern('subscriptions/listen'), Accept: 'text/event-stream, application/json' }],
  ['a stream that cannot be read', 406, listen, { ...modern('subscriptions/listen'), Accept: 'application/json' }],
  ['an unknown tool', 200, ...call('up__none')],
  ['an unknown method', 200, '{"jsonrpc":"2.0","id":1,"method":"none/such"}'],
  ['an unknown method of the modern era', 404, message('none/such'), modern('none/such')],
  ['a header that names another method', 400, message('tools/list'), modern('tools/call')],
  ['no JSON', 400, '{"jsonrpc"'],
  ['no JSON-RPC', 400, '{}'],
  ['a batch', 400, `[${ping}]`],
  ['an unknown session', 404, ping, { 'Mcp-Session-Id': 'none' }],
  ['an unknown revision', 400, ping, { 'MCP-Protocol-Version': 'none' }],
  ['no credential', 401, ping, { Authorization: undefined }],
  ['a wrong credential', 401, ping, { Authorization: 'Bearer cw_none' }],
  ['an empty Host', 403, ping, { Host: '' }],
  ['another Host', 403, ping, { Host: 'evil.example' }],
  ['another Origin', 403, ping, { Origin: 'https://evil.example' }],
  ['an Origin that is empty', 403, ping, { Origin: '' }],
  ['a loopback Origin', 200, ping, { Origin: 'http://localhost:3000' }],
  ['another type', 415, ping, { 'Content-Type': 'text/plain' }],
  ['a compressed body', 415, ping, { 'Content-Encoding': 'gzip' }],
  ['a client that reads no JSON', 406, ping, { Accept: 'text/html' }],
  ['a request id of the client', 200, ping, { 'X-Request-Id': 'mine' }],
  ['bytes above ASCII in a header', 400, call('up__echo')[0], modern('tools/call', '\xe9')],
  ['a header that answers have as a list', 200, ping, { 'Set-Cookie': 'a=b' }],
  ['an upgrade that is none', 200, ping, { Upgrade: 'websocket' }],
  ['an absolute target', 400, ping, {}, 'http://127.0.0.1/mcp'],
  ['an upstream that is none', 404, ping, {}, '/s/none/mcp'],
  ['a query', 200, ping, {}, '/mcp?a=b'],
])('answers alike: %s', async (_what, status, body, headers = {}, target = '/mcp') => {
  const answers = await both(body, headers, target)
  expect(answers.plain).toEqual(answers.others)
  expect(answers.plain[0].find((line) => line.startsWith('HTTP/'))).toContain(` ${status} `)
})

it('answers a notification with as little', async () => {
  const { plain } = await both(notification)
  expect(plain[0]).toContain('HTTP/1.1 202 Accepted')
  expect(plain[0]).toContain('Content-Length: 0')
  expect(plain[1]).toBe('')
})
