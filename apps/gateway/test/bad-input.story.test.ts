/** Bodies and parameters that no client should send: each is answered as the table says, runs nothing, and leaves the gateway serving. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { json } from './fixtures/scripted-upstream.ts'
import { post, postModern } from './support/clients.ts'
import { failureOf } from './support/failure-of.ts'
import { rawRequest } from './support/raw-http.ts'
import { type Scripted, startScripted } from './support/start-scripted.ts'
import { verifies } from './support/verifies.ts'

const CLAIM = '"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}'
const MANY = Array.from({ length: 1_050 }, (_, i) => i)
const tool = (name: string) => ({ name, inputSchema: { type: 'object' } })

let scripted: Scripted
let url: string
let key: string

beforeAll(async () => {
  scripted = await startScripted({
    tools: [tool('raw'), ...MANY.map((i) => tool(`more_${i}`))],
    prompts: MANY.map((i) => ({ name: `prompt_${i}` })),
    resources: [{ uri: 'scripted://one', name: 'one' }],
  })
  url = scripted.url
  key = scripted.key
  scripted.upstream.answers.set('raw', ({ text, idText }, response) => {
    const args = /"arguments":(.*),"_meta"/.exec(text)?.[1]
    const result = `{"content":[],"structuredContent":${args},"resultType":"complete"}`
    // As a parser with doubles would give the id back.
    json(response, `{"jsonrpc":"2.0","id":${JSON.stringify(JSON.parse(idText))},"result":${result}}`)
  })
})
afterAll(() => scripted.close())
afterEach(() => scripted.expectServing())

/** A modern call with the text of its id, its params and more members of the message. */
function call(parts: { id?: string; params?: string; more?: string; meta?: string }): string {
  const { id = '7', params = '"name":"up__echo","arguments":{}', more = '', meta = CLAIM } = parts
  return `{"jsonrpc":"2.0","id":${id},"method":"tools/call"${more},"params":{${params},"_meta":{${meta}}}}`
}
const CALL_HEADERS = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'up__echo' }
const send = (body: string | Buffer<ArrayBuffer>, headers: Record<string, string> = CALL_HEADERS) =>
  post(url, key, body, headers)

async function expectNothingRuns<T>(work: () => Promise<T>): Promise<T> {
  const before = scripted.upstream.received.length
  const result = await work()
  expect(scripted.upstream.received.length).toBe(before)
  return result
}

describe(verifies('edge.json', 'a body that is no JSON'), () => {
  it.each([
    ['empty', Buffer.alloc(0)],
    ['cut short', Buffer.from(call({}).slice(0, -1))],
    ['followed by more', Buffer.from(`${call({})}{}`)],
    ['behind a byte order mark', Buffer.from(`\ufeff${call({})}`)],
    ['in another encoding', Buffer.from(call({ params: '"name":"up__echo","arguments":{"a":"é"}' }), 'latin1')],
    ['in UTF-16', Buffer.from(call({}), 'utf16le')],
    ['a form', Buffer.from('name=up__echo')],
  ])('is refused when it is %s', async (_name, body) => {
    const answer = await expectNothingRuns(() => send(body))
    expect(failureOf(answer)).toEqual({ status: 400, rpc: -32700, code: 'parse_error' })
  })
})

describe(verifies('policy.one-parser', 'a body that is no single message'), () => {
  it.each([
    ['a batch', `[${call({})},${call({ id: '8' })}]`],
    ['a batch of one', `[${call({})}]`],
    ['an empty batch', '[]'],
    ['a batch of notifications', '[{"jsonrpc":"2.0","method":"notifications/initialized"}]'],
  ])(verifies('policy.batch', 'is refused, and nothing of it runs: %s'), async (_name, body) => {
    for (const headers of [CALL_HEADERS, {}]) {
      const answer = await expectNothingRuns(() => send(body, headers))
      expect(failureOf(answer)).toEqual({ status: 400, rpc: -32600, code: 'invalid_request' })
    }
  })

  it.each([
    ['a number', '7'],
    ['a message of JSON-RPC 1', call({}).replace('"2.0"', '"1.0"')],
    ['a message with two methods', call({ more: ',"method":"ping"' })],
    ['a message with a method in another case', call({ more: ',"Method":"ping"' })],
    ['a message with an escaped method', call({}).replace('"method"', '"m\\u0065thod"')],
    ['a call with two names', call({ params: '"name":"up__echo","name":"up__raw"' })],
    ['a call with a name in another case', call({ params: '"name":"up__echo","Name":"up__raw"' })],
    ['a call with an escaped name', call({ params: '"name":"up__echo","\\u006eame":"up__raw"' })],
    ['a call with a long s in its arguments', call({ params: '"name":"up__echo","argument\u017f":{}' })],
    ['a call with a key twice in its arguments', call({ params: '"name":"up__echo","arguments":{"a":1,"a":2}' })],
    [
      'a call with a key twice deep inside',
      call({ params: '"name":"up__echo","arguments":{"a":[{"b":{"c":1,"\\u0063":2}}]}' }),
    ],
    ['a call with a variant in _meta', call({ meta: `${CLAIM},"ProgressToken":1` })],
    ['a call with half a surrogate pair for a key', call({ params: '"name":"up__echo","arguments":{"\\ud800":1}' })],
    ['a call 65 levels deep', call({ params: `"name":"up__echo","arguments":${'['.repeat(63)}${']'.repeat(63)}` })],
    ['a call with params in a list', '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":["up__echo"]}'],
  ])('is refused: %s', async (_name, body) => {
    for (const headers of [CALL_HEADERS, {}]) {
      const answer = await expectNothingRuns(() => send(body, headers))
      expect(failureOf(answer)).toEqual({ status: 400, rpc: -32600, code: 'invalid_request' })
    }
  })

  it(verifies('edge.limits', 'is served when it is 64 levels deep'), async () => {
    const answer = await send(call({ params: `"name":"up__echo","arguments":${'['.repeat(62)}${']'.repeat(62)}` }))
    expect(answer.json?.result).toBeDefined()
  })
})

describe(verifies('edge.limits', 'a large body'), () => {
  const padded = (bytes: number) => {
    const frame = call({ params: '"name":"up__echo","arguments":{"a":""}' })
    return frame.replace('"a":""', `"a":"${'x'.repeat(bytes - frame.length)}"`)
  }
  const rawHeaders = () =>
    Object.entries({ ...CALL_HEADERS, authorization: `Bearer ${key}`, 'content-type': 'application/json' })

  it('of 4 MiB is served', async () => {
    const answer = await send(padded(4 * 1024 * 1024))
    expect(answer.json?.result).toBeDefined()
  })

  it('of a byte more is refused by its announced length, before it is read', async () => {
    const headers = [...rawHeaders(), ['Content-Length', String(4 * 1024 * 1024 + 1)]] as [string, string][]
    const answer = await expectNothingRuns(() => rawRequest(url, { headers, body: '{' }))
    expect(failureOf(answer)).toEqual({ status: 413, rpc: -32603, code: 'body_too_large' })
    expect(answer.headers.connection).toBe('close')
  })

  it('in chunks is refused as soon as it is too large', async () => {
    const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`
    const headers = [...rawHeaders(), ['Transfer-Encoding', 'chunked']] as [string, string][]
    const answer = await expectNothingRuns(() => rawRequest(url, { headers, body: chunk.repeat(5) }))
    expect(failureOf(answer)).toEqual({ status: 413, rpc: -32603, code: 'body_too_large' })
  })
})

describe('an id', () => {
  it.each(['0', '-0', '""', '1.0', '1e400', '12345678901234567890', '"é\\u00e9\\/"', `"${'x'.repeat(254)}"`])(
    'comes back as it was written: %s',
    async (id) => {
      const start = `{"jsonrpc":"2.0","id":${id},`
      for (const name of ['up__echo', 'up__raw', 'up__nothing']) {
        const body = call({ id, params: `"name":"${name}","arguments":{}` })
        expect((await send(body, { ...CALL_HEADERS, 'mcp-name': name })).text).toContain(start)
        expect((await send(body.replace(`,"_meta":{${CLAIM}}`, ',"_meta":{}'), {})).text).toContain(start)
      }
      expect((await send(`{"jsonrpc":"2.0","id":${id},"method":"ping"}`, {})).text).toContain(start)
    },
  )

  it.each(['null', '{}', '[]', 'true', `"${'x'.repeat(255)}"`, '9'.repeat(257)])('is refused: %s', async (id) => {
    const answer = await expectNothingRuns(() => send(call({ id })))
    expect(failureOf(answer)).toEqual({ status: 400, rpc: -32600, code: 'invalid_request' })
  })
})

it.each([CALL_HEADERS, {}])(
  verifies('edge.bytes', 'arguments and results pass byte for byte, under headers %j'),
  async (headers) => {
    const args = '{"a": 1.0,"b":[1e400,-0, 12345678901234567890 ],"c":"\\u00e9\\ud800\\/é","d":{"\\u0061":null}}'
    const meta = 'mcp-name' in headers ? CLAIM : ''
    const body = call({ params: `"name":"up__raw","arguments":${args}`, meta })
    const answer = await send(body, 'mcp-name' in headers ? { ...headers, 'mcp-name': 'up__raw' } : {})
    expect(scripted.upstream.received.at(-1)?.text).toContain(`"arguments":${args}`)
    expect(answer.text).toContain(`"structuredContent":${args}`)
  },
)

describe('what is not there', () => {
  it('is a method: 404 to a modern agent, in band to a legacy one, the id echoed', async () => {
    const modern = await postModern(url, key, 'tools/destroy')
    expect(failureOf(modern)).toEqual({ status: 404, rpc: -32601, code: 'method_not_found', id: 1 })
    const legacy = await send('{"jsonrpc":"2.0","id":"a","method":"server/discover"}', {})
    expect(failureOf(legacy)).toEqual({ status: 200, rpc: -32601, code: 'method_not_found', id: 'a' })
  })

  it.each([
    ['tools/call', { name: 'up__nothing' }, 'unknown_tool'],
    ['tools/call', { name: 'echo' }, 'unknown_tool'],
    ['tools/call', { name: '' }, 'unknown_tool'],
    ['tools/call', { name: '__proto__' }, 'unknown_tool'],
    ['prompts/get', { name: 'up__nothing' }, 'unknown_prompt'],
    ['resources/read', { uri: 'scripted://two' }, 'unknown_resource'],
    ['resources/read', { uri: 'SCRIPTED://one' }, 'unknown_resource'],
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'up__nothing' } }, 'unknown_prompt'],
    ['completion/complete', { ref: { type: 'ref/resource', uri: 'scripted://{x}' } }, 'unknown_resource'],
    ['tools/call', { name: 7 }, 'invalid_params'],
    ['tools/call', {}, 'invalid_params'],
    ['prompts/get', { name: null }, 'invalid_params'],
    ['resources/read', { uri: ['scripted://one'] }, 'invalid_params'],
    ['completion/complete', {}, 'invalid_params'],
    ['completion/complete', { ref: { type: 'ref/tool', name: 'up__echo' } }, 'invalid_params'],
  ] as const)('is named by %s with %j', async (method, params, code) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 3, method, params })
    const legacy = await expectNothingRuns(() => send(body, {}))
    expect(failureOf(legacy)).toEqual({ status: 200, rpc: -32602, code, id: 3 })
    const modern = await expectNothingRuns(() => postModern(url, key, method, params))
    expect(failureOf(modern)).toEqual({ status: 200, rpc: -32602, code, id: 1 })
  })

  it('is a tool with a long name: the answer does not repeat it all', async () => {
    const answer = await send(call({ params: `"name":"up__${'x'.repeat(100_000)}"`, meta: '' }), {})
    expect(failureOf(answer)).toMatchObject({ status: 200, code: 'unknown_tool' })
    expect(answer.text.length).toBeLessThan(1_000)
  })

  it('is a filter of subscriptions', async () => {
    const answer = await postModern(url, key, 'subscriptions/listen', { notifications: [] })
    expect(failureOf(answer)).toEqual({ status: 200, rpc: -32602, code: 'invalid_params', id: 1 })
  })

  it('is a resource: its URI is in the data', async () => {
    const answer = await postModern(url, key, 'resources/read', { uri: 'scripted://two' })
    expect(answer.json?.error?.data?.uri).toBe('scripted://two')
  })
})

describe(verifies('integrity.bound', 'a cursor'), () => {
  const list = (method: string, params: Record<string, unknown> = {}, who = key, route = url) =>
    postModern(route, who, method, params)
  let cursor: string
  beforeAll(async () => {
    cursor = (await list('tools/list')).json?.result?.nextCursor as string
    expect(cursor).toMatch(/^[\w-]+$/)
  })

  it('continues the list that it came from, and no other', async () => {
    expect((await list('tools/list', { cursor })).json?.result?.tools).toHaveLength(52)
    const refused = { status: 200, rpc: -32602, code: 'unknown_cursor', id: 1 }
    expect(failureOf(await list('prompts/list', { cursor }))).toEqual(refused)
    expect(failureOf(await list('tools/list', { cursor }, scripted.gateway.key('other')))).toEqual(refused)
    expect(failureOf(await list('tools/list', { cursor }, key, `${scripted.gateway.url}/s/up/mcp`))).toEqual(refused)
    const legacy = await send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { cursor } }), {})
    expect(failureOf(legacy)).toEqual(refused)
  })

  it('is good for every key of the agent that it was given to', async () => {
    expect((await list('tools/list', { cursor }, scripted.gateway.key('ops'))).json?.result?.tools).toHaveLength(52)
  })

  it.each([
    ['another character', () => `${cursor.slice(0, 5)}${cursor[5] === 'A' ? 'B' : 'A'}${cursor.slice(6)}`],
    ['a character more', () => `${cursor}A`],
    ['padding', () => `${cursor}=`],
    ['white space', () => ` ${cursor}`],
    ['half of it', () => cursor.slice(0, 20)],
    ['nothing', () => ''],
    ['an offset', () => '1000'],
    ['a number', () => 1],
    ['null', () => null],
    ['a list', () => [cursor]],
    ['a long text', () => 'A'.repeat(100_000)],
  ])('is refused with %s', async (_name, tamper) => {
    const answer = await list('tools/list', { cursor: tamper() })
    expect(failureOf(answer)).toEqual({ status: 200, rpc: -32602, code: 'unknown_cursor', id: 1 })
  })
})

describe(verifies('policy.one-parser', 'the envelope and the headers of a modern request'), () => {
  it.each([
    ['a claim without capabilities', '"io.modelcontextprotocol/protocolVersion":"2026-07-28"'],
    ['no claim under a modern header', '"progressToken":1'],
    ['a claim that is a number', CLAIM.replace('"2026-07-28"', '20260728')],
  ])('are refused for %s', async (_name, meta) => {
    const answer = await expectNothingRuns(() => send(call({ meta })))
    expect(failureOf(answer)).toEqual({ status: 400, rpc: -32602, code: 'envelope_invalid', id: 7 })
  })

  it('are refused for a revision that is not served, and the answer says which is', async () => {
    const body = call({ meta: CLAIM.replace('2026-07-28', '2027-01-01') })
    const answer = await expectNothingRuns(() => send(body, { ...CALL_HEADERS, 'mcp-protocol-version': '2027-01-01' }))
    expect(failureOf(answer)).toEqual({ status: 400, rpc: -32022, code: 'unsupported_version', id: 7 })
    expect(answer.json?.error?.data).toMatchObject({ supported: ['2026-07-28'], requested: '2027-01-01' })
  })

  it('are refused to a legacy request whose revision is none', async () => {
    const answer = await send('{"jsonrpc":"2.0","id":7,"method":"ping"}', { 'mcp-protocol-version': 'latest' })
    expect(failureOf(answer)).toEqual({ status: 400, rpc: -32022, code: 'unsupported_version', id: 7 })
  })

  it.each([
    ['no version', { 'mcp-method': 'tools/call', 'mcp-name': 'up__echo' }],
    ['another version', { ...CALL_HEADERS, 'mcp-protocol-version': '2025-11-25' }],
    ['no method', { 'mcp-protocol-version': '2026-07-28', 'mcp-name': 'up__echo' }],
    ['another method', { ...CALL_HEADERS, 'mcp-method': 'tools/list' }],
    ['no name', { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call' }],
    ['another name', { ...CALL_HEADERS, 'mcp-name': 'up__raw' }],
    ["the upstream's own name", { ...CALL_HEADERS, 'mcp-name': 'echo' }],
    ['a name that is badly encoded', { ...CALL_HEADERS, 'mcp-name': '=?base64?dXBfX2VjaG8?=' }],
  ])('are refused for %s', async (_name, headers) => {
    const answer = await expectNothingRuns(() => send(call({}), headers as Record<string, string>))
    expect(failureOf(answer)).toEqual({ status: 400, rpc: -32020, code: 'header_mismatch', id: 7 })
  })

  it.each(['mcp-name', 'mcp-method', 'mcp-protocol-version', 'mcp-param-x'])('are refused for two %s', async (name) => {
    const value = { ...CALL_HEADERS, 'mcp-param-x': 'a' }[name] as string
    const headers = Object.entries({
      ...CALL_HEADERS,
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
    })
    const twice = [...headers.filter(([each]) => each !== name), [name, value], [name, value]] as [string, string][]
    const answer = await expectNothingRuns(() => rawRequest(url, { headers: twice, body: call({}) }))
    expect(failureOf(answer)).toMatchObject({ status: 400, code: 'header_mismatch' })
  })

  it('are served when the name is encoded', async () => {
    const answer = await send(call({}), { ...CALL_HEADERS, 'mcp-name': '=?base64?dXBfX2VjaG8=?=' })
    expect(answer.json?.result).toBeDefined()
  })
})
