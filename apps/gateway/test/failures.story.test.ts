/** Calls that the gateway or an upstream cannot finish: told in band with a code of the table, and nothing of the inside. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { json, type Received, type Script, sendResult } from './fixtures/scripted-upstream.ts'
import { post, postModern } from './support/clients.ts'
import { failureOf } from './support/failure-of.ts'
import { until } from './support/start-gateway.ts'
import { PING, type Scripted, startScripted } from './support/start-scripted.ts'

const SECRET = 'secret at /etc/upstream/key'
const TOOLS = ['answer', 'hang'].map((name) => ({ name, inputSchema: { type: 'object' } }))

let scripted: Scripted
beforeAll(async () => {
  scripted = await startScripted(
    { tools: TOOLS },
    { up: { maxResultBytes: '16KiB', concurrency: 2, tools: { hang: { timeout: '100ms' } } } },
  )
})
afterAll(() => scripted.close())
afterEach(() => scripted.expectServing())

const legacyCall = (name: string, id = '"L"') =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"${name}","arguments":{}}}`

/** Calls the tool in both eras and returns what both were told. */
async function failBoth(name = 'up__answer') {
  const modern = await postModern(scripted.url, scripted.key, 'tools/call', { name, arguments: {} })
  const legacy = await post(scripted.url, scripted.key, legacyCall(name))
  for (const { text } of [modern, legacy]) expect(text).not.toContain('secret')
  const { id: _, ...seen } = failureOf(modern)
  expect(failureOf(legacy)).toEqual({ ...seen, id: 'L' })
  return { ...seen, data: modern.json?.error?.data }
}
const answerWith = (answer: Script) => scripted.upstream.answers.set('answer', answer)
const reply =
  (status: number, type: string, body: string, headers: Record<string, string> = {}): Script =>
  (_request, response) =>
    response.writeHead(status, { 'Content-Type': type, ...headers }).end(body)
const event = (json: string) => `event: message\ndata: ${json}\n\n`

describe('an upstream', () => {
  it.each<[string, Script]>([
    ['breaks the connection', (_request, response) => response.destroy()],
    ['fails with HTTP 500', reply(500, 'text/plain', SECRET)],
    ['refuses the credential', reply(401, 'application/json', `{"error":"${SECRET}"}`, { 'WWW-Authenticate': SECRET })],
  ])('that %s is upstream_unavailable', async (_name, answer) => {
    answerWith(answer)
    const { data, ...failure } = await failBoth()
    expect(failure).toEqual({ status: 200, rpc: -32603, code: 'upstream_unavailable' })
    expect(data).toMatchObject({ upstream: 'up' })
  })

  it('that does not answer in time is upstream_timeout, and may have done it', async () => {
    scripted.upstream.answers.set('hang', () => {})
    const { data, ...failure } = await failBoth('up__hang')
    expect(failure).toEqual({ status: 200, rpc: -32603, code: 'upstream_timeout' })
    expect(data).toMatchObject({ upstream: 'up', retryable: false })
  })

  it.each<[string, Script]>([
    ['answers with HTML', reply(200, 'text/html', `<p>${SECRET}</p>`)],
    ['answers with half a message', reply(200, 'application/json', '{"jsonrpc":"2.0"')],
    ['answers with a batch', reply(200, 'application/json', '[]')],
    ['answers another request', reply(200, 'application/json', '{"jsonrpc":"2.0","id":"other","result":{}}')],
    ['answers with a list', ({ idText }, response) => json(response, `{"jsonrpc":"2.0","id":${idText},"result":[]}`)],
    ['redirects', reply(302, 'text/plain', SECRET, { Location: 'http://127.0.0.1:1/' })],
    ['does not know the path', reply(404, 'text/plain', SECRET)],
    [
      'ends its events without an answer',
      reply(200, 'text/event-stream', event('{"jsonrpc":"2.0","method":"notifications/progress"}')),
    ],
    ['sends events that are no messages', reply(200, 'text/event-stream', event(SECRET))],
    ['compresses unasked', reply(200, 'application/json', 'x', { 'Content-Encoding': 'gzip' })],
  ])('that %s is upstream_invalid', async (_name, answer) => {
    answerWith(answer)
    const { data, ...failure } = await failBoth()
    expect(failure).toEqual({ status: 200, rpc: -32603, code: 'upstream_invalid' })
    expect(data).toMatchObject({ upstream: 'up' })
  })

  it.each([-32603, -32000, -32020, -32022, 1])('that fails with error %i is upstream_error', async (code) => {
    const error = JSON.stringify({ code, message: SECRET, data: { stack: SECRET } })
    answerWith(({ idText }, response) => json(response, `{"jsonrpc":"2.0","id":${idText},"error":${error}}`))
    const { data: _, ...failure } = await failBoth()
    expect(failure).toEqual({ status: 200, rpc: -32603, code: 'upstream_error' })
  })

  it.each([
    ['429', '7', 7_000],
    ['503', '3', 3_000],
    ['503', 'soon', 1_000],
  ])('that answers %s and "Retry-After: %s" is upstream_overloaded', async (status, retryAfter, retryAfterMs) => {
    answerWith(reply(Number(status), 'text/plain', SECRET, { 'Retry-After': retryAfter }))
    const { data, ...failure } = await failBoth()
    expect(failure).toEqual({ status: 200, rpc: -32603, code: 'upstream_overloaded' })
    expect(data).toMatchObject({ retryable: true, retryAfterMs })
  })

  it('that has all its places and its queue taken is upstream_overloaded, and serves those that wait', async () => {
    const held = hold()
    const calls = [1, 2, 3, 4].map(() => postModern(scripted.url, scripted.key, 'tools/call', { name: 'up__answer' }))
    await until(() => held.length === 2, 'two calls have arrived')
    await new Promise((resolve) => setTimeout(resolve, 30))
    const { data: _, ...failure } = await failBoth('up__answer')
    expect(failure).toEqual({ status: 200, rpc: -32603, code: 'upstream_overloaded' })
    answerWith(({ idText }, response) => sendResult(response, idText, { content: [], resultType: 'complete' }))
    for (const release of held) release()
    expect((await Promise.all(calls)).map(({ json }) => json?.error)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })

  it.each<[string, Script]>([
    ['JSON', ({ idText }, response) => sendResult(response, idText, { content: [], big: 'x'.repeat(20_000) })],
    ['an event', reply(200, 'text/event-stream', event(JSON.stringify({ big: 'x'.repeat(20_000) })))],
    ['an event without end', reply(200, 'text/event-stream', `data: ${'x'.repeat(20_000)}`)],
  ])('that sends more than it may as %s is result_too_large', async (_name, answer) => {
    answerWith(answer)
    const { data: _, ...failure } = await failBoth()
    expect(failure).toEqual({ status: 200, rpc: -32603, code: 'result_too_large' })
  })

  it('that starts a task is input_unsupported to a legacy agent, which knows no such result', async () => {
    answerWith(({ idText }, response) => sendResult(response, idText, { resultType: 'task', taskId: '1' }))
    const answer = await post(scripted.url, scripted.key, legacyCall('up__answer'))
    expect(failureOf(answer)).toEqual({ status: 200, rpc: -32603, code: 'input_unsupported', id: 'L' })
  })

  it('whose tool fails is a result, whatever it says', async () => {
    const result = { isError: true, content: [{ type: 'text', text: 'Error: at x.ts:1' }], resultType: 'complete' }
    answerWith(({ idText }, response) => sendResult(response, idText, result))
    const { status, json } = await postModern(scripted.url, scripted.key, 'tools/call', { name: 'up__answer' })
    expect([status, json?.result]).toEqual([200, result])
  })
})

it('a call that a legacy client cancels in its session is call_cancelled', async () => {
  const held = hold()
  const initialize = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } }
  const opening = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params: initialize })
  const session = (await post(scripted.url, scripted.key, opening)).headers.get('mcp-session-id') as string
  const send = (body: string) => post(scripted.url, scripted.key, body, { 'mcp-session-id': session })
  const call = send(legacyCall('up__answer', '0'))
  await until(() => held.length === 1, 'the call has arrived')
  const other = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: '0' } }
  expect((await send(JSON.stringify(other))).status).toBe(202)
  const mine = { ...other, params: { requestId: 0 } }
  expect((await send(JSON.stringify(mine))).status).toBe(202)
  expect(failureOf(await call)).toEqual({ status: 200, rpc: -32603, code: 'call_cancelled', id: 0 })
})

describe('the gateway', () => {
  it('that is full says so before it reads a body, and serves again when a place is free', async () => {
    const held = hold()
    const { gateway, url, key } = scripted
    const { admission } = gateway.listening.gateway
    const before = admission.max
    admission.max = 1
    const call = postModern(url, key, 'tools/call', { name: 'up__answer' })
    await until(() => held.length === 1, 'the call has arrived')
    for (const body of [PING, '{not json']) {
      const answer = await post(url, key, body)
      expect(failureOf(answer)).toEqual({ status: 503, rpc: -32603, code: 'overloaded' })
      expect(answer.headers.get('retry-after')).toBe('1')
    }
    held[0]?.()
    expect((await call).json?.result).toBeDefined()
    expect((await post(url, key, PING)).status).toBe(200)
    admission.max = before
  })

  it('that fails in a way nobody foresaw is internal, and says nothing of how', async () => {
    const db = new DatabaseSync(join(scripted.gateway.dir, 'data/causeway.db'))
    db.exec('ALTER TABLE sessions RENAME TO lost')
    const initialize = { jsonrpc: '2.0', id: 7, method: 'initialize', params: { protocolVersion: '2025-11-25' } }
    const answer = await post(scripted.url, scripted.key, JSON.stringify(initialize))
    expect(failureOf(answer)).toEqual({ status: 200, rpc: -32603, code: 'internal', id: 7 })
    expect(answer.json?.error?.message).toBe('Cannot serve the request: an internal error')
    expect(answer.text).not.toMatch(/sessions|table|sqlite/i)
    db.exec('ALTER TABLE lost RENAME TO sessions')
    db.close()
    expect((await post(scripted.url, scripted.key, JSON.stringify(initialize))).json?.result).toBeDefined()
  })
})

/** Lets calls of `answer` wait; each entry answers one of them. */
function hold(): (() => void)[] {
  const held: (() => void)[] = []
  answerWith(({ idText }: Received, response) =>
    held.push(() => sendResult(response, idText, { content: [], resultType: 'complete' })),
  )
  return held
}
