/** What upstreams ask during a call reaches the agent, in all four cells: a person, the agent's model, its roots; and never more than the operator and the agent allow. */
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AskingUpstream, startAskingLegacy, startAskingModern } from './fixtures/asking-upstreams.ts'
import { ANSWERS, type AnyClient, CAPABILITIES, CLIENTS, connectAny, told } from './support/any-client.ts'
import { connectV1, postModern } from './support/clients.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

let legacy: AskingUpstream
let modern: AskingUpstream
let gateway: StoryGateway
let key: string
const everything = { elicitation: true, sampling: true, roots: true }

beforeAll(async () => {
  legacy = await startAskingLegacy()
  modern = await startAskingModern()
  gateway = await startGateway({
    upstreams: {
      old: { url: legacy.url, title: 'Old one', asks: everything },
      new: { url: modern.url, title: 'New one', asks: everything },
      shy: { url: legacy.url },
    },
    agents: { ops: { roles: ['operator'] }, other: { roles: ['operator'] } },
  })
  key = gateway.key('ops')
  await gateway.ready('old', 'new', 'shy')
})
afterAll(async () => {
  await gateway.close()
  await legacy.close()
  await modern.close()
})

describe.each(CLIENTS)('%s', (kind) => {
  let client: AnyClient
  const answered = async (name: string, args = {}) => told(await client.call(name, args))
  beforeAll(async () => {
    client = await connectAny(kind, { url: `${gateway.url}/mcp`, key })
  })
  afterAll(() => client.close())

  it('answers a legacy upstream that asks a person, who sees which upstream asks', async () => {
    expect(await answered('old__ask_person', { question: 'Color?' })).toMatchObject({
      action: 'accept',
      content: { color: 'green' },
    })
    expect(client.asked.at(-1)).toMatchObject({ method: 'elicitation/create', params: { message: 'Old one: Color?' } })
  })

  it('answers a legacy upstream that asks twice in one call', async () => {
    expect(await answered('old__ask_twice')).toEqual(['green', 'green'])
  })

  it.each(['old', 'new'])('lends its model to %s, without the context of others', async (upstream) => {
    expect(JSON.stringify(await answered(`${upstream}__ask_model`))).toContain('hello')
    expect(client.asked.at(-1)?.method).toBe('sampling/createMessage')
    expect(client.asked.at(-1)?.params).not.toHaveProperty('includeContext')
  })

  it.each(['old', 'new'])('shows its roots to %s', async (upstream) => {
    expect(JSON.stringify(await answered(`${upstream}__ask_roots`))).toContain('file:///story')
  })

  it('answers a modern upstream that asks a person, whose state comes back as it was', async () => {
    expect(await answered('new__ask_person')).toMatchObject({
      answer: { action: 'accept', content: { color: 'green' } },
      state: 'state of ask_person',
    })
    expect(client.asked.at(-1)?.params.message).toBe('New one: Which color?')
  })

  it('tells an upstream of no ask that the operator has not allowed', async () => {
    const before = legacy.declared.length
    expect(await answered('shy__ask_person', { question: 'Color?' })).toMatchObject({ action: 'accept' })
    expect(legacy.declared.slice(before).some((each) => JSON.stringify(each).includes('sampling'))).toBe(false)
  })
})

it.each(['2025-11-25', '2026-07-28'])(
  'promises no upstream to be told of changed roots, which nobody would tell it (%s)',
  async (era) => {
    const roots = { listChanged: true }
    const before = legacy.declared.length
    if (era === '2025-11-25') {
      const client = await connectV1(`${gateway.url}/mcp`, key, { roots })
      await client.callTool({ name: 'old__ask_person', arguments: { question: 'Roots?' } })
      await client.close()
    } else {
      const _meta = { 'io.modelcontextprotocol/clientCapabilities': { roots } }
      const params = { name: 'old__ask_person', arguments: { question: 'Roots?' }, _meta }
      await postModern(`${gateway.url}/mcp`, key, 'tools/call', params)
    }
    expect(legacy.declared.slice(before)).toEqual([{ roots: {} }])
  },
)

const asPerson = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } }
const call = (params: Record<string, unknown>, by = key) =>
  postModern(`${gateway.url}/mcp`, by, 'tools/call', { ...params, _meta: asPerson })

it(
  verifies('integrity.bound', "parks a modern agent's call for its own caller and request alone, and resumes it once"),
  async () => {
    const request = { name: 'old__ask_person', arguments: { question: 'Park?' } }
    const parked = (await call(request)).json?.result as {
      resultType: string
      inputRequests: Record<string, unknown>
      requestState: string
    }
    expect(parked.resultType).toBe('input_required')
    const [ask] = Object.keys(parked.inputRequests)
    const retry = {
      ...request,
      requestState: parked.requestState,
      inputResponses: { [ask as string]: ANSWERS['elicitation/create'] },
    }
    expect((await call(retry, gateway.key('other'))).json?.error).toMatchObject({
      code: -32602,
      data: { code: 'invalid_state' },
    })
    expect((await call({ ...retry, arguments: { question: 'Other?' } })).json?.error?.data?.code).toBe('invalid_state')
    expect(
      (await call({ ...retry, requestState: `${parked.requestState.slice(0, -2)}AA` })).json?.error?.data?.code,
    ).toBe('invalid_state')
    expect(JSON.stringify((await call(retry)).json?.result)).toContain('green')
    expect((await call(retry)).json?.error).toMatchObject({
      code: -32603,
      data: { code: 'exchange_lost', retryable: false },
    })
  },
)

it('seals the state of a modern upstream that cannot tell callers apart', async () => {
  const request = { name: 'new__ask_person', arguments: {} }
  const requestState = String((await call(request)).json?.result?.requestState)
  expect(requestState).not.toContain('state of')
  const retry = { ...request, requestState, inputResponses: { color: ANSWERS['elicitation/create'] } }
  expect((await call(retry, gateway.key('other'))).json?.error?.data?.code).toBe('invalid_state')
  expect(JSON.stringify((await call(retry)).json?.result)).toContain('green')
})

it('never asks an agent that declared nothing', async () => {
  const { json } = await postModern(`${gateway.url}/mcp`, key, 'tools/call', {
    name: 'old__ask_person',
    arguments: { question: 'Color?' },
  })
  expect(json?.result).toMatchObject({ isError: true, resultType: 'complete' })
})

it('cancels the upstream when a legacy client cancels while it is asked', async () => {
  const client = await connectV1(`${gateway.url}/mcp`, key, CAPABILITIES)
  client.setRequestHandler(ElicitRequestSchema, () => new Promise(() => {}))
  const abort = new AbortController()
  const pending = client.callTool({ name: 'old__ask_person', arguments: { question: 'Never?' } }, undefined, {
    signal: abort.signal,
  })
  pending.catch(() => {})
  await until(() => legacy.asked.includes('Never?'), 'the upstream asks')
  abort.abort()
  await expect(pending).rejects.toThrow()
  await until(() => legacy.ended.includes('Never?'), 'the upstream heard of it')
  await client.close()
})

it('enforces what the operator allows toward a modern upstream too', async () => {
  const strict = await startGateway({ upstreams: { new: { url: modern.url } } })
  const capable = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {}, sampling: {}, roots: {} } }
  await strict.ready('new')
  const strictKey = strict.key('ops')
  const ask = (name: string) =>
    postModern(`${strict.url}/mcp`, strictKey, 'tools/call', { name, arguments: {}, _meta: capable })
  // The upstream is not told of what it may not ask for, so it finds the capability missing.
  for (const name of ['new__ask_model', 'new__ask_roots']) expect((await ask(name)).json?.error?.code).toBe(-32021)
  expect((await ask('new__ask_person')).json?.result?.resultType).toBe('input_required')
  await strict.close()
})

it('lets other calls through while parked ones wait for their agents, and goes on with those', async () => {
  const narrow = await startGateway({
    upstreams: { old: { url: legacy.url, concurrency: 2 } },
    agents: { ops: { roles: ['operator'] }, other: { roles: ['operator'] } },
  })
  await narrow.ready('old')
  const keys = { ops: narrow.key('ops'), other: narrow.key('other') }
  const ask = async (agent: keyof typeof keys, params: Record<string, unknown>) => {
    const request = { name: 'old__ask_person', ...params, _meta: asPerson }
    return (await postModern(`${narrow.url}/mcp`, keys[agent], 'tools/call', request)).json?.result
  }
  const parked: { params: object; result: Record<string, unknown> | undefined }[] = []
  for (let count = 0; count < 40; count++) {
    const params = { arguments: { question: `${count}?` } }
    parked.push({ params, result: await ask(count % 2 ? 'ops' : 'other', params) })
  }
  expect(new Set(parked.map(({ result }) => result?.resultType))).toEqual(new Set(['input_required']))
  expect(narrow.listening.gateway.upstreams.get('old')?.bulkhead.inFlight).toBe(0)
  const [first] = parked
  const answers = {
    requestState: first?.result?.requestState,
    inputResponses: { 'ask-1': ANSWERS['elicitation/create'] },
  }
  expect(JSON.stringify(await ask('other', { ...first?.params, ...answers }))).toContain('green')
  await narrow.close()
})

it(
  verifies(
    'integrity.bound',
    'parks 32 calls of one caller, however many ask at once, and those of others beside them',
  ),
  async () => {
    const crowd = await startGateway({
      upstreams: { old: { url: legacy.url } },
      agents: { ops: { roles: ['operator'] }, other: { roles: ['operator'] } },
    })
    await crowd.ready('old')
    const keys = { ops: crowd.key('ops'), other: crowd.key('other') }
    const ask = async (agent: keyof typeof keys, question: string) => {
      const params = { name: 'old__ask_person', arguments: { question }, _meta: asPerson }
      return (await postModern(`${crowd.url}/mcp`, keys[agent], 'tools/call', params)).json?.result
    }
    const answers = await Promise.all(Array.from({ length: 48 }, (_, count) => ask('ops', `crowd ${count}?`)))
    const refused = answers.filter((answer) => answer?.resultType === 'complete')
    expect(answers.filter((answer) => answer?.resultType === 'input_required')).toHaveLength(32)
    expect(refused).toHaveLength(16)
    for (const each of refused) expect(JSON.stringify(each)).toContain('too many of its calls wait already')
    expect((await ask('other', 'beside?'))?.resultType).toBe('input_required')
    await crowd.close()
  },
)

it.each([
  ['ask_person', 'while it is asked'],
  ['ask_later', 'before it is asked'],
])('gives up asking a legacy client that has hung up (%s: %s)', async (tool) => {
  const abort = new AbortController()
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    authorization: `Bearer ${key}`,
  }
  const send = (body: object, more: Record<string, string> = {}, signal?: AbortSignal) =>
    fetch(`${gateway.url}/mcp`, {
      method: 'POST',
      headers: { ...headers, ...more },
      body: JSON.stringify(body),
      ...(signal ? { signal } : {}),
    })
  const opened = await send({
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: CAPABILITIES, clientInfo: { name: 'x', version: '1' } },
  })
  const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') as string }
  const params = { name: `old__${tool}`, arguments: { question: `${tool}?` } }
  const called = send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }, session, abort.signal)
  if (tool === 'ask_person') await (await called).body?.getReader().read()
  await until(() => legacy.asked.includes(`${tool}?`), 'the upstream was called')
  expect(gateway.listening.gateway.admission.inFlight).toBe(1)
  abort.abort()
  await called.catch(() => {})
  await until(() => gateway.listening.gateway.admission.inFlight === 0, 'the call has ended')
})
