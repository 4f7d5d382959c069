/** Who gives a call up, and how its upstream hears of it: within a second, by each era's own rule, and only when it was meant. */
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  bareTool,
  legacy,
  modern,
  type Received,
  type Script,
  type ScriptedPort,
  sendResult,
  startScripts,
} from './fixtures/scripted-upstream.ts'
import { connectV1, connectV2, post, postModern } from './support/clients.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

const IDS = ['old', 'new'] as const
const PIPES = ['pipe-old', 'pipe-new'] as const
/** Longest time between giving up and hearing of it. */
const BOUND_MS = 1_000
/** Long enough for a cancellation that should not come. */
const QUIET_MS = 150
let upstream: ScriptedPort
let gateway: StoryGateway
let key: string
/** What the upstreams saw, in its order: calls, what was sent about them, and streams that were cut. */
let seen: { what: 'call' | 'cancelled' | 'cut'; id: unknown }[] = []
/** Answers the calls that wait. */
let waiting: (() => void)[] = []
const mcp = () => `${gateway.url}/mcp`

beforeAll(async () => {
  const call = ({ id, idText }: Received, response: Parameters<Parameters<typeof legacy>[1]['call']>[1]) => {
    seen.push({ what: 'call', id })
    response.once('close', () => {
      if (!response.writableFinished) seen.push({ what: 'cut', id })
    })
    waiting.push(() => sendResult(response, idText, { content: [], resultType: 'complete' }))
  }
  const plain = legacy(['wait'], { call })
  upstream = await startScripts({
    new: modern({ lists: () => ({ tools: [bareTool('wait')] }), on: { 'tools/call': call } }),
    old(request, response) {
      if (request.method === 'notifications/cancelled') seen.push({ what: 'cancelled', id: request.params.requestId })
      plain(request, response)
    },
  })
  const piped = (file: string) => ({ command: [process.execPath, join(import.meta.dirname, 'fixtures', file), 'x'] })
  gateway = await startGateway({
    upstreams: {
      ...Object.fromEntries(IDS.map((id) => [id, { url: upstream.url(id), concurrency: 1 }])),
      'pipe-old': piped('stdio-legacy.ts'),
      'pipe-new': piped('stdio-modern.ts'),
    },
  })
  key = gateway.key('ops')
  await gateway.ready(...IDS, ...PIPES)
})
beforeEach(() => {
  seen = []
  waiting = []
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
})

const isUnderWay = () => until(() => waiting.length > 0, 'the call is under way')
/** What the upstream saw of the end of the one call. */
const endsSeen = () => seen.filter(({ what, id }) => what !== 'call' && id === seen[0]?.id).map(({ what }) => what)
async function expectCancelled(upstreamId: string): Promise<void> {
  const startedAtMs = performance.now()
  const rule = upstreamId === 'old' ? 'cancelled' : 'cut'
  await until(() => endsSeen().includes(rule), 'the upstream hears of it')
  expect(performance.now() - startedAtMs).toBeLessThan(BOUND_MS)
  expect(gateway.listening.gateway.upstreams.get(upstreamId)?.bulkhead.inFlight).toBe(0)
}
async function expectNotCancelled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS))
  expect(endsSeen()).toEqual([])
}

const AGENTS = [
  ['a legacy client (SDK v1)', () => connectV1(mcp(), key)],
  ['a legacy client (SDK v2)', () => connectV2(mcp(), key, 'legacy')],
  ['a modern client (SDK v2)', () => connectV2(mcp(), key)],
] as const

describe.each(AGENTS)('%s', (name, connect) => {
  it.each(IDS)(verifies('reliability.cancel', 'gives up a call to "%s"'), async (id) => {
    const client = await connect()
    const abort = new AbortController()
    const options = { signal: abort.signal }
    const request = { name: `${id}__wait`, arguments: {} }
    // SDK v1 takes the result schema where v2 takes the options.
    const call = name.includes('v1')
      ? (client as Awaited<ReturnType<typeof connectV1>>).callTool(request, undefined, options)
      : (client as Awaited<ReturnType<typeof connectV2>>).callTool(request, options)
    await isUnderWay()
    abort.abort()
    await expect(call).rejects.toThrow()
    await expectCancelled(id)
    await client.close()
  })
})

const MODERN = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
}
/** A raw call whose connection can be cut. */
function call(era: 'legacy' | 'modern', name: string, headers: Record<string, string> = {}, args: object = {}) {
  const abort = new AbortController()
  const _meta = era === 'modern' ? MODERN : {}
  const modernHeaders = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': name }
  const answer = fetch(mcp(), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(era === 'modern' ? modernHeaders : {}),
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 5, method: 'tools/call', params: { name, arguments: args, _meta } }),
    signal: abort.signal,
  }).then((response) => response.text())
  answer.catch(() => {})
  return { answer, cut: () => abort.abort() }
}
async function openSession(): Promise<Record<string, string>> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } }
  const { headers } = await post(mcp(), key, JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }))
  return { 'mcp-session-id': headers.get('mcp-session-id') as string }
}
const cancel = async (session: Record<string, string>, requestId: unknown, more: Record<string, string> = {}) => {
  const body = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } })
  expect((await post(mcp(), key, body, { ...session, ...more })).status).toBe(202)
}

describe.each(IDS)('a call to "%s"', (id) => {
  it(verifies('reliability.cancel', 'of a modern client that hangs up is cancelled'), async () => {
    const { cut } = call('modern', `${id}__wait`)
    await isUnderWay()
    cut()
    await expectCancelled(id)
  })

  it(verifies('reliability.cancel', 'of a legacy client that hangs up goes on'), async () => {
    const { cut } = call('legacy', `${id}__wait`, await openSession())
    await isUnderWay()
    cut()
    await expectNotCancelled()
    waiting[0]?.()
    await until(() => gateway.listening.gateway.admission.inFlight === 0, 'the call has come to its end')
    expect(endsSeen()).toEqual([])
  })

  it('is cancelled by its own id in its own session alone', async () => {
    const [session, other] = [await openSession(), await openSession()]
    const { answer } = call('legacy', `${id}__wait`, session)
    await isUnderWay()
    for (const wrong of ['5', 6, 5.5, null, { id: 5 }]) await cancel(session, wrong)
    await cancel(other, 5)
    await cancel({}, 5)
    await expectNotCancelled()
    await cancel(session, 5)
    await expectCancelled(id)
    expect(JSON.parse(await answer).error.data.code).toBe('call_cancelled')
  })

  it('of a modern client is not cancelled by a message', async () => {
    const { answer } = call('modern', `${id}__wait`)
    await isUnderWay()
    const body = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 5, _meta: MODERN } }
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'notifications/cancelled' }
    expect((await post(mcp(), key, JSON.stringify(body), headers)).status).toBe(202)
    await expectNotCancelled()
    waiting[0]?.()
    expect(JSON.parse(await answer).result.content).toEqual([])
  })

  it('that waits for a place is given up without a word to the upstream', async () => {
    const session = await openSession()
    const first = call('modern', `${id}__wait`)
    await isUnderWay()
    const second = call('legacy', `${id}__wait`, session)
    await until(() => gateway.listening.gateway.admission.inFlight === 2, 'the second waits')
    await cancel(session, 5)
    expect(JSON.parse(await second.answer).error.data.code).toBe('call_cancelled')
    waiting[0]?.()
    expect(JSON.parse(await first.answer).result.content).toEqual([])
    expect(seen.map(({ what }) => what)).toEqual(['call'])
  })
})

describe.each(PIPES)('a call to "%s", on pipes', (id) => {
  const cancelled = async () => {
    const { json } = await postModern(mcp(), key, 'tools/call', { name: `${id}__who`, arguments: {} })
    const [said] = json!.result!.content as { text: string }[]
    return (JSON.parse(said!.text) as { cancelled: string[] }).cancelled
  }
  const start = async (era: 'legacy' | 'modern', mark: string) => {
    const headers = era === 'legacy' ? await openSession() : {}
    const started = call(era, `${id}__slow`, headers, { name: mark, steps: 40, stepMs: 10 })
    await until(() => gateway.listening.gateway.upstreams.get(id)?.bulkhead.inFlight === 1, 'the call is under way')
    return { ...started, headers }
  }

  it(verifies('reliability.cancel', 'is cancelled when its modern client hangs up'), async () => {
    const { cut } = await start('modern', 'hung up')
    cut()
    const startedAtMs = performance.now()
    await until(async () => (await cancelled()).includes('hung up'), 'the upstream hears of it')
    expect(performance.now() - startedAtMs).toBeLessThan(BOUND_MS)
  })

  it('goes on when its legacy client hangs up, and is cancelled when that says so', async () => {
    const { cut } = await start('legacy', 'gone')
    cut()
    await until(() => gateway.listening.gateway.admission.inFlight === 0, 'the call has come to its end')
    const { headers } = await start('legacy', 'taken back')
    await cancel(headers, 5)
    const startedAtMs = performance.now()
    await until(async () => (await cancelled()).includes('taken back'), 'the upstream hears of it')
    expect(performance.now() - startedAtMs).toBeLessThan(BOUND_MS)
    expect(await cancelled()).not.toContain('gone')
  })
})

it('is never sent when its client goes while the upstream is still being connected to', async () => {
  const client = await connectV2(mcp(), key)
  const script = upstream.scripts.new as Script
  upstream.scripts.new = (request, response) =>
    void setTimeout(() => script(request, response), request.method === 'server/discover' ? 500 : 0)
  await gateway.restart()
  const giveUp = new AbortController()
  const called = client.callTool({ name: 'new__wait', arguments: {} }, { signal: giveUp.signal })
  await until(() => gateway.listening.gateway.admission.inFlight > 0, 'the call waits')
  giveUp.abort()
  await expect(called).rejects.toThrow()
  await until(() => gateway.listening.gateway.admission.inFlight === 0, 'the call has ended')
  expect(gateway.listening.gateway.upstreams.get('new')?.connection).toBeDefined()
  expect(seen).toEqual([])
  upstream.scripts.new = script
})
