/** Commands that talk to the gateway, against one that checks each request and answers from a script. */
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Authentication, createAuthenticator } from '../identity/authenticate.ts'
import { openStore, type Store } from '../store/open-store.ts'
import { type CliFixture, createCliFixture } from './cli-fixture.ts'

const AGENTS = 'agents: { ops: { roles: [operator] }, guest: { roles: [viewer] } }'

interface Seen {
  headers: IncomingMessage['headers']
  // biome-ignore lint/suspicious/noExplicitAny: whatever was sent
  body: any
  /** What the store says of the credential while the request runs. */
  proof: Authentication
}

let cli: CliFixture
let store: Store
let seen: Seen[]
let answers: { status?: number; type?: string; text: string }[]
const http = createServer()

function configured(more = ''): string {
  const { port } = http.address() as AddressInfo
  return `version: 1\nlisten: { port: ${port} }\n${more}\n`
}

const result = (value: object) => ({ text: JSON.stringify({ jsonrpc: '2.0', id: 1, result: value }) })
const failure = (error: object, status = 200) => ({ status, text: JSON.stringify({ jsonrpc: '2.0', id: 1, error }) })
const text = (words: string) => ({ content: [{ type: 'text', text: words }], resultType: 'complete' })

beforeEach(async () => {
  seen = []
  answers = []
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  cli = createCliFixture(configured(AGENTS))
  store = openStore(cli.dataDir, {})
  const auth = createAuthenticator({ store })
  http.on('request', async (request, response) => {
    const chunks = await request.toArray()
    const body = JSON.parse(Buffer.concat(chunks).toString() || 'null')
    const proof = auth.authenticate(request.headersDistinct.authorization ?? [])
    seen.push({ headers: request.headers, body, proof })
    const { status = 200, type = 'application/json', text } = answers.shift() ?? { status: 500, text: '' }
    response.writeHead(status, { 'content-type': type }).end(text)
  })
})

afterEach(async () => {
  http.removeAllListeners('request')
  http.close()
  http.closeAllConnections()
  await once(http, 'close')
  store.close()
  cli.remove()
})

test('call: a modern request as the named agent, whose key is gone afterwards', async () => {
  answers = [result(text('42 rows'))]
  const ended = await cli.run(['call', 'db__run_query', 'limit=5', 'name=Ann', '--as', 'ops'])
  expect([ended.code, ended.stdout, ended.stderr]).toEqual([0, '42 rows\n', ''])
  const [{ headers, body, proof } = {} as Seen] = seen
  expect(headers).toMatchObject({
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': 'db__run_query',
    accept: 'application/json, text/event-stream',
  })
  expect(body).toMatchObject({
    method: 'tools/call',
    params: { name: 'db__run_query', arguments: { limit: 5, name: 'Ann' } },
  })
  expect(body.params._meta).toEqual({
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  })
  expect(proof).toMatchObject({ ok: true, caller: { agent: 'ops', origin: 'impersonation' } })
  expect(store.apiKeys.list()).toEqual([])
})

test('call: an event stream is read to its answer', async () => {
  const event = (message: object) => `event: message\ndata: ${JSON.stringify(message)}\n\n`
  const progress = { jsonrpc: '2.0', method: 'notifications/progress', params: {} }
  const answer = { jsonrpc: '2.0', id: 1, result: text('done') }
  answers = [{ type: 'text/event-stream', text: `: hi\n\n${event(progress)}${event(answer)}` }]
  const ended = await cli.run(['call', 'x', '--as', 'ops', '--json'])
  expect(ended.json()).toEqual({ ok: true, data: text('done') })
})

test('call: without --as the key of the environment, else the only agent, else a question', async () => {
  const several = await cli.run(['call', 'x', '--json'])
  expect([several.code, several.json().error]).toEqual([
    1,
    expect.objectContaining({ code: 'agent_needed', hint: 'Add --as ops|guest' }),
  ])
  answers = [result(text('a'))]
  await cli.run(['call', 'x'], { CAUSEWAY_KEY: 'some-key' })
  expect(seen[0]?.headers.authorization).toBe('Bearer some-key')
  const alone = createCliFixture(configured('agents: { only: { roles: [viewer] } }'))
  answers = [result(text('a'))]
  const ended = await alone.run(['call', 'x'], { CAUSEWAY_HOME: cli.dataDir })
  expect([ended.stderr, seen[1]?.proof]).toEqual(['note: as only\n', expect.objectContaining({ ok: true })])
  alone.remove()
})

test('call: where anonymous callers are served, no credential is needed', async () => {
  const anonymous = createCliFixture(configured(`auth: { anonymous: guest }\n${AGENTS}`))
  answers = [result(text('a'))]
  expect((await anonymous.run(['call', 'x'])).code).toBe(0)
  expect(seen[0]?.headers.authorization).toBeUndefined()
  anonymous.remove()
})

test('call: each kind of failure has its exit code, and the key is gone after each', async () => {
  const rpc = (code: string) => failure({ code: -32603, message: `Cannot: ${code}`, data: { code, hint: 'h' } })
  const unknown = failure({
    code: -32602,
    message: 'Cannot resolve tool "x": no such tool',
    data: { code: 'unknown_tool' },
  })
  const cases: [object, number, string][] = [
    [{ status: 401, text: '{"error":"no"}' }, 3, 'unauthorized'],
    [unknown, 6, 'unknown_tool'],
    [rpc('policy_denied'), 6, 'policy_denied'],
    [rpc('upstream_unavailable'), 4, 'upstream_unavailable'],
    [rpc('internal'), 5, 'internal'],
    [failure({ code: -32602, message: 'limit must be a number' }), 5, 'rpc_error'],
    [{ text: '<html>' }, 4, 'gateway_invalid'],
    [
      result({ ...text('No such task.'), isError: true, structuredContent: { error: { code: 'not_found' } } }),
      5,
      'not_found',
    ],
    [result({ resultType: 'input_required', inputRequests: {} }), 5, 'input_required'],
  ]
  for (const [answer, exitCode, code] of cases) {
    answers = [answer as (typeof answers)[number]]
    const ended = await cli.run(['call', 'x', '--as', 'ops', '--json'])
    expect([code, ended.code, ended.json().ok, ended.json().error.code]).toEqual([code, exitCode, false, code])
  }
  expect(store.apiKeys.list()).toEqual([])
})

test('call: arguments that must travel as headers too are learned from the list', async () => {
  const inputSchema = { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } }
  answers = [
    failure({ code: -32020, message: 'header missing' }, 400),
    result({ tools: [{ name: 'other' }], nextCursor: 'c' }),
    result({ tools: [{ name: 'x', inputSchema }] }),
    result(text('ok')),
  ]
  expect((await cli.run(['call', 'x', 'region=eu', '--as', 'ops'])).stdout).toBe('ok\n')
  expect(seen.map(({ body }) => [body.method, body.params.cursor])).toEqual([
    ['tools/call', undefined],
    ['tools/list', undefined],
    ['tools/list', 'c'],
    ['tools/call', undefined],
  ])
  expect(seen[3]?.headers['mcp-param-region']).toBe('eu')
})

test('ls tools: all pages, as the agent that may call the most', async () => {
  answers = [result({ tools: [{ name: 'a', title: 'Do a' }], nextCursor: 'c' }), result({ tools: [{ name: 'b' }] })]
  const ended = await cli.run(['ls', 'tools'])
  expect(ended.stdout).toBe('TOOL  TITLE\na     Do a\nb\n')
  expect(ended.stderr).toBe('note: as ops\n')
  expect(seen[0]?.proof).toMatchObject({ caller: { agent: 'ops' } })
})

test('ls upstreams: what /readyz says, ready or not', async () => {
  const upstreams = { db: { state: 'ready', tools: 3 }, mail: { state: 'down', reason: 'refused' } }
  answers = [{ status: 503, text: JSON.stringify({ ok: false, upstreams }) }]
  const ended = await cli.run(['ls', 'upstreams', '--json'])
  expect(ended.json().data).toEqual([
    { id: 'db', state: 'ready', tools: 3 },
    { id: 'mail', state: 'down', reason: 'refused' },
  ])
})

test('a gateway that is not there: exit 4 and what to do', async () => {
  const { port } = http.address() as AddressInfo
  http.close()
  const ended = await cli.run(['call', 'x', '--as', 'ops', '--json'])
  expect([ended.code, ended.json().error]).toEqual([
    4,
    {
      code: 'gateway_unreachable',
      message: `Cannot reach the gateway at "http://127.0.0.1:${port}": ECONNREFUSED`,
      hint: expect.stringContaining('npm start'),
    },
  ])
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
})
