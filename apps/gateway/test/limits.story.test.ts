/** Agents have their share: calls by the minute, writes by the tool, calls at a time and open streams, refused with a sentence and a time to wait. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Upstream } from '../src/upstream/upstream.ts'
import { connectV1, post, postModern } from './support/clients.ts'
import { failureOf } from './support/failure-of.ts'
import { rawExchange, requestBytes } from './support/raw-http.ts'
import { until } from './support/start-gateway.ts'
import { having, PING, type Scripted, startScripted } from './support/start-scripted.ts'
import { startTestIssuer } from './support/test-issuer.ts'

const OFF = { perMinute: 0, concurrency: 0 }
const LIMITED = { status: 200, rpc: -32603, code: 'rate_limited', id: 1 }
let scripted: Scripted

async function start(limits: object, more: Record<string, unknown> = {}): Promise<void> {
  const tool = (name: string) => ({ name, inputSchema: { type: 'object' } })
  scripted = await startScripted(
    { tools: [tool('look'), tool('change')], prompts: [{ name: 'p' }], resources: [{ uri: 'up://one', name: 'one' }] },
    { up: { tools: { look: { effect: 'read' } } }, limits, ...more },
  )
}
afterEach(() => scripted.close())

const request = (method: string, params: Record<string, unknown>, key = scripted.key) =>
  postModern(scripted.url, key, method, params)
const call = (tool: string, key = scripted.key) => request('tools/call', { name: `up__${tool}` }, key)
const refusals = (scope: string) => scripted.gateway.listening.gateway.limits.refused.get(scope as 'agent') ?? 0

function hold(): (() => void)[] {
  const held: (() => void)[] = []
  scripted.upstream.answers.set('look', ({ idText }, response) =>
    held.push(() => {
      response.setHeader('content-type', 'application/json')
      response.end(`{"jsonrpc":"2.0","id":${idText},"result":{"content":[],"resultType":"complete"}}`)
    }),
  )
  return held
}

describe('calls by the minute', () => {
  it('are counted for each agent, and refused in band with the time to wait', async () => {
    await start({ agent: { perMinute: 3 }, write: { perMinute: 0 } })
    const { key, upstream, gateway } = scripted
    expect((await call('look')).json?.result).toBeDefined()
    expect((await request('prompts/get', { name: 'up__p' })).json?.result).toBeDefined()
    expect((await request('resources/read', { uri: 'up://one' })).json?.result).toBeDefined()
    const refused = await call('look')
    expect(failureOf(refused)).toEqual(LIMITED)
    const { message, data } = refused.json!.error!
    expect(message).toBe('Cannot make the call: this agent may make 3 calls a minute')
    expect(data).toMatchObject({ retryable: true, hint: expect.stringMatching(/^Nothing was run\. Wait \d+ s before/) })
    expect(data?.retryAfterMs).toBeGreaterThan(0)
    expect(data?.retryAfterMs).toBeLessThanOrEqual(20_000)
    expect(upstream.received).toHaveLength(3)
    // What is no call goes on, and so do others.
    expect((await request('tools/list', {})).json?.result?.tools).toHaveLength(3)
    expect((await request('server/discover', {})).json?.result).toBeDefined()
    expect((await post(scripted.url, key, PING)).json?.result).toEqual({})
    await (await connectV1(scripted.url, key)).close()
    expect((await call('look', gateway.key('other'))).json?.result).toBeDefined()
    expect(refusals('agent')).toBe(1)
  })

  it('count what is refused for another reason, so that nobody tries names at will', async () => {
    await start({ agent: { perMinute: 2 } })
    for (const _ of [1, 2]) expect((await call('nothing')).json?.error?.code).toBe(-32602)
    expect(failureOf(await call('nothing'))).toEqual(LIMITED)
  })

  it('take a tenth of a call for what completes and polls', async () => {
    await start({ agent: { perMinute: 1 } })
    const complete = () =>
      request('completion/complete', { ref: { type: 'ref/prompt', name: 'up__p' }, argument: { name: 'a', value: '' } })
    for (let turn = 0; turn < 10; turn++) expect((await complete()).json?.result).toBeDefined()
    expect(failureOf(await complete())).toEqual(LIMITED)
  })

  it('have limits of their own for some agents, and change with the configuration without being forgotten', async () => {
    const upstreams = { up: { url: '', tools: { look: { effect: 'read' } } } }
    const agents = (perMinute: number) => ({
      ops: { roles: ['operator'] },
      'batch-*': { roles: ['operator'], limits: { perMinute, streams: 1 } },
      'batch-2': { limits: { perMinute: 4 } },
    })
    await start({ agent: { perMinute: 1 } }, { agents: agents(2) })
    upstreams.up.url = scripted.upstream.url
    const { gateway } = scripted
    const keys = { ops: scripted.key, one: gateway.key('batch-1'), two: gateway.key('batch-2') }
    const served = async (key: string) => {
      let count = 0
      while ((await call('look', key)).json?.result) count++
      return count
    }
    expect([await served(keys.ops), await served(keys.one), await served(keys.two)]).toEqual([1, 2, 4])
    gateway.write({ upstreams, limits: { agent: { perMinute: 1 } }, agents: agents(5) })
    await gateway.listening.reload()
    expect([await served(keys.ops), await served(keys.one), await served(keys.two)]).toEqual([0, 3, 0])
  })

  it('are counted for each user as well, whichever agent acts for it', async () => {
    const issuer = await startTestIssuer()
    const agents = { bot: { roles: ['operator'] }, other: { roles: ['operator'] } }
    await start(
      { agent: { perMinute: 5 }, user: { perMinute: 2 } },
      { auth: { issuers: [{ issuer: issuer.url }] }, agents },
    )
    const tokenOf = (sub: string, client_id = 'bot') => issuer.token({ claims: { aud: scripted.url, sub, client_id } })
    for (const agent of ['bot', 'other']) expect((await call('look', tokenOf('ada', agent))).json?.result).toBeDefined()
    for (const agent of ['bot', 'other']) {
      const refused = await call('look', tokenOf('ada', agent))
      expect(failureOf(refused)).toEqual(LIMITED)
      expect(refused.json?.error?.message).toMatch(/the user whom it is for may have 2 calls a minute/)
    }
    // What a user has too much of comes out of nobody else's budget.
    for (const sub of ['bob', 'bob', 'eve', 'eve'])
      expect((await call('look', tokenOf(sub))).json?.result).toBeDefined()
    expect((await call('look', tokenOf('dan'))).json?.error?.message).toMatch(/this agent may make 5 calls a minute/)
    expect(refusals('user')).toBe(2)
    await issuer.stop()
  })
})

it('writes are counted for each tool, and a tool of which nobody said what it does may write', async () => {
  await start({ agent: { perMinute: 0 }, write: { perMinute: 2 } })
  for (let turn = 0; turn < 4; turn++) expect((await call('look')).json?.result).toBeDefined()
  for (const _ of [1, 2]) expect((await call('change')).json?.result).toBeDefined()
  const refused = await call('change')
  expect(failureOf(refused)).toEqual(LIMITED)
  expect(refused.json?.error).toMatchObject({
    message: 'Cannot call tool "up__change": it may write, and this agent may call it 2 times a minute',
    data: { tool: 'up__change', upstream: 'up' },
  })
  expect((await call('echo')).json?.result).toBeDefined()
  expect((await call('change', scripted.gateway.key('other'))).json?.result).toBeDefined()
  expect(refusals('write')).toBe(1)
})

describe('calls at a time', () => {
  it('are refused in band beyond the limit, and what is no call is served', async () => {
    await start({ agent: { perMinute: 0, concurrency: 2 } })
    const held = hold()
    const waiting = [call('look'), call('look')]
    await until(() => held.length === 2, 'both calls are under way')
    const refused = await call('echo')
    expect(failureOf(refused)).toEqual(LIMITED)
    expect(refused.json?.error?.message).toMatch(/^Cannot make the call: 2 calls of this agent are under way/)
    expect((await post(scripted.url, scripted.key, PING)).json?.result).toEqual({})
    expect((await call('echo', scripted.gateway.key('other'))).json?.result).toBeDefined()
    for (const release of held) release()
    for (const { json } of await Promise.all(waiting)) expect(json?.result).toBeDefined()
    await scripted.expectServing()
  })

  it('are refused unread when as many requests again are under way, and the gateway still passes for modern', async () => {
    await start({ agent: { perMinute: 0, concurrency: 1 } })
    const held = hold()
    const waiting = call('look')
    await until(() => held.length === 1, 'the call is under way')
    const { limits } = scripted.gateway.listening.gateway
    const slow = rawExchange(
      scripted.url,
      [requestBytes(scripted.url, { headers: scripted.headers, body: PING }).subarray(0, -5), PING.slice(-5)],
      1_500,
    )
    await until(() => limits.shareOf('ops').requests === 2, 'the second is being read')
    const refused = await unread('tools/call')
    expect(refused.headers['retry-after']).toBe('1')
    expect(failureOf(refused)).toEqual({ status: 429, rpc: -32603, code: 'rate_limited' })
    expect(failureOf(await unread('server/discover'))).toEqual({ status: 503, rpc: -32603, code: 'overloaded' })
    expect((await slow)[0]?.status).toBe(200)
    held[0]?.()
    expect((await waiting).json?.result).toBeDefined()
    await scripted.expectServing()
    expect(limits.shareOf('ops')).toMatchObject({ requests: 0, calls: 0 })
  })

  it('are given back by calls that fail, are refused or are given up', async () => {
    await start({ agent: { perMinute: 0, concurrency: 3 }, write: { perMinute: 1 } })
    const held = hold()
    const abort = new AbortController()
    const gone = fetch(scripted.url, {
      method: 'POST',
      headers: Object.fromEntries(scripted.headers),
      body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"up__look"}}',
      signal: abort.signal,
    }).catch(() => undefined)
    await until(() => held.length === 1, 'the call is under way')
    abort.abort()
    await gone
    held[0]?.()
    for (const tool of ['nothing', 'change', 'change']) await call(tool)
    await post(scripted.url, scripted.key, '{not json')
    const share = scripted.gateway.listening.gateway.limits.shareOf('ops')
    await until(() => share.requests === 0 && share.calls === 0, 'nothing is held')
  })
})

it('a caller that does not wait between its calls is refused before they are read, and may still list', async () => {
  await start({ agent: { perMinute: 1, concurrency: 0 } })
  let isOver = false
  const statuses = new Set<number>()
  const callOn = async () => {
    while (!isOver) statuses.add((await call('look')).status)
  }
  const flood = Array.from({ length: 8 }, callOn)
  await until(() => refusals('flood') > 0, 'calls are refused unread')
  const startMs = performance.now()
  const refused = await unread('tools/call')
  expect(performance.now() - startMs).toBeGreaterThan(150)
  expect(failureOf(refused)).toEqual({ status: 429, rpc: -32603, code: 'rate_limited' })
  expect(refused.headers['retry-after']).toBe('1')
  expect((await request('tools/list', {})).json?.result).toBeDefined()
  expect((await call('look', scripted.gateway.key('other'))).json?.result).toBeDefined()
  isOver = true
  await Promise.all(flood)
  expect(statuses).toEqual(new Set([200, 429]))
  // Those that were read were told why.
  expect(refusals('agent')).toBeGreaterThanOrEqual(60)
  expect(scripted.upstream.received).toHaveLength(2)
}, 30_000)

it('streams that are open are counted for each agent, in both eras together', async () => {
  await start({ agent: { ...OFF, streams: 2 } })
  const abort = new AbortController()
  const open = (method: 'GET' | 'POST', key = scripted.key) => {
    const headers = { authorization: `Bearer ${key}`, accept: 'application/json, text/event-stream' }
    if (method === 'GET') return fetch(scripted.url, { headers, signal: abort.signal })
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    }
    const params = { notifications: { toolsListChanged: true }, _meta: meta }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params })
    const modern = {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'subscriptions/listen',
      'content-type': 'application/json',
    }
    return fetch(scripted.url, { method, headers: { ...headers, ...modern }, body, signal: abort.signal })
  }
  const streams = [await open('GET'), await open('POST')]
  expect(streams.map(({ status, headers }) => [status, headers.get('content-type')])).toEqual(
    Array(2).fill([200, 'text/event-stream']),
  )
  const [refusedGet, refusedListen] = [await open('GET'), await open('POST')]
  expect(failureOf({ status: refusedGet.status, headers: refusedGet.headers, text: await refusedGet.text() })).toEqual({
    status: 429,
    rpc: -32603,
    code: 'rate_limited',
  })
  expect(
    failureOf({ status: refusedListen.status, headers: refusedListen.headers, text: await refusedListen.text() }),
  ).toEqual(LIMITED)
  expect((await open('GET', scripted.gateway.key('other'))).status).toBe(200)
  abort.abort()
  await until(() => scripted.gateway.listening.gateway.limits.shareOf('ops').streams === 0, 'the streams are closed')
})

it('streams that are opened at once, while an upstream is slow to hear what they are for, are as many as there may be', async () => {
  await start({ agent: { ...OFF, streams: 2 } })
  const { gateway } = scripted.gateway.listening
  const slow = () => new Promise<void>((resolve) => setTimeout(resolve, 200))
  vi.spyOn(gateway.upstreams.get('up') as Upstream, 'watch').mockImplementation(slow)
  const abort = new AbortController()
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const params = { notifications: { resourceSubscriptions: ['up://one'] }, _meta: meta }
  const open = () =>
    fetch(scripted.url, {
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params }),
      signal: abort.signal,
      headers: {
        authorization: `Bearer ${scripted.key}`,
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'subscriptions/listen',
        'content-type': 'application/json',
      },
    })
  const answers = await Promise.all([1, 2, 3, 4, 5].map(open))
  const kinds = answers.map(({ headers }) => headers.get('content-type')).sort()
  expect(kinds).toEqual([...Array(3).fill('application/json'), ...Array(2).fill('text/event-stream')])
  expect(gateway.limits.shareOf('ops').streams).toBe(2)
  abort.abort()
  await until(() => gateway.limits.shareOf('ops').streams === 0, 'the streams are closed')
})

/** Sends the head of a modern request and a body that never comes as a whole. */
async function unread(method: string) {
  const headers = having(
    scripted.headers,
    ['MCP-Protocol-Version', '2026-07-28'],
    ['Mcp-Method', method],
    ['Content-Length', '100000'],
  )
  const [response] = await rawExchange(scripted.url, [requestBytes(scripted.url, { headers, body: '{"jsonrpc":' })])
  if (!response) throw new Error('There was no answer')
  return response
}
