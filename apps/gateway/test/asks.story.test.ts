/** What upstreams ask during a call reaches the agent, in all four cells: a person, the agent's model, its roots; and never more than the operator and the agent allow. */
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AskingUpstream, startAskingLegacy, startAskingModern } from './fixtures/asking-upstreams.ts'
import { postModern } from './support/clients.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'

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

interface Heard {
  asked: { method: string; params: Record<string, unknown> }[]
}
interface AskedClient extends Heard {
  call(name: string, args?: Record<string, unknown>): Promise<unknown>
  close(): Promise<void>
}
const CAPABILITIES = { elicitation: {}, sampling: {}, roots: {} }
const ANSWERS = {
  'elicitation/create': { action: 'accept' as const, content: { color: 'green' } },
  'sampling/createMessage': {
    role: 'assistant' as const,
    content: { type: 'text' as const, text: 'hello' },
    model: 'story',
  },
  'roots/list': { roots: [{ uri: 'file:///story', name: 'story' }] },
}
const transportOptions = () => ({ requestInit: { headers: { Authorization: `Bearer ${key}` } } })
const parsed = (result: { [key: string]: unknown; content?: unknown }) =>
  JSON.parse((result.content as { text: string }[])[0]?.text ?? 'null') as unknown

async function withV1(): Promise<AskedClient> {
  const client = new ClientV1({ name: 'story', version: '1' }, { capabilities: CAPABILITIES })
  const asked: Heard['asked'] = []
  const answer =
    <M extends keyof typeof ANSWERS>(method: M) =>
    (request: { params?: unknown }) => {
      asked.push({ method, params: request.params as Record<string, unknown> })
      return ANSWERS[method]
    }
  client.setRequestHandler(ElicitRequestSchema, answer('elicitation/create'))
  client.setRequestHandler(CreateMessageRequestSchema, answer('sampling/createMessage'))
  client.setRequestHandler(ListRootsRequestSchema, answer('roots/list'))
  await client.connect(new TransportV1(new URL(`${gateway.url}/mcp`), transportOptions()))
  return {
    asked,
    call: async (name, args = {}) => parsed(await client.callTool({ name, arguments: args })),
    close: () => client.close(),
  }
}

function withV2(mode: 'legacy' | { pin: string }) {
  return async (): Promise<AskedClient> => {
    const client = new ClientV2(
      { name: 'story', version: '1' },
      { capabilities: CAPABILITIES, versionNegotiation: { mode } },
    )
    const asked: Heard['asked'] = []
    const answer =
      <M extends keyof typeof ANSWERS>(method: M) =>
      (request: { params?: unknown }) => {
        asked.push({ method, params: request.params as Record<string, unknown> })
        return ANSWERS[method]
      }
    client.setRequestHandler('elicitation/create', answer('elicitation/create'))
    client.setRequestHandler('sampling/createMessage', answer('sampling/createMessage'))
    client.setRequestHandler('roots/list', answer('roots/list'))
    await client.connect(new TransportV2(new URL(`${gateway.url}/mcp`), transportOptions()))
    return {
      asked,
      call: async (name, args = {}) => parsed(await client.callTool({ name, arguments: args })),
      close: () => client.close(),
    }
  }
}

describe.each([
  ['SDK v1', withV1],
  ['SDK v2, modern', withV2({ pin: '2026-07-28' })],
  ['SDK v2, legacy', withV2('legacy')],
] as const)('%s', (_name, connect) => {
  let client: AskedClient
  beforeAll(async () => {
    client = await connect()
  })
  afterAll(() => client.close())

  it('answers a legacy upstream that asks a person, who sees which upstream asks', async () => {
    expect(await client.call('old__ask_person', { question: 'Color?' })).toMatchObject({
      action: 'accept',
      content: { color: 'green' },
    })
    expect(client.asked.at(-1)).toMatchObject({ method: 'elicitation/create', params: { message: 'Old one: Color?' } })
  })

  it('answers a legacy upstream that asks twice in one call', async () => {
    expect(await client.call('old__ask_twice')).toEqual(['green', 'green'])
  })

  it.each(['old', 'new'])('lends its model to %s, without the context of others', async (upstream) => {
    expect(JSON.stringify(await client.call(`${upstream}__ask_model`))).toContain('hello')
    expect(client.asked.at(-1)?.method).toBe('sampling/createMessage')
    expect(client.asked.at(-1)?.params).not.toHaveProperty('includeContext')
  })

  it.each(['old', 'new'])('shows its roots to %s', async (upstream) => {
    expect(JSON.stringify(await client.call(`${upstream}__ask_roots`))).toContain('file:///story')
  })

  it('answers a modern upstream that asks a person, whose state comes back as it was', async () => {
    expect(await client.call('new__ask_person')).toMatchObject({
      answer: { action: 'accept', content: { color: 'green' } },
      state: 'state of ask_person',
    })
    expect(client.asked.at(-1)?.params.message).toBe('New one: Which color?')
  })

  it('tells an upstream of no ask that the operator has not allowed', async () => {
    const before = legacy.declared.length
    expect(await client.call('shy__ask_person', { question: 'Color?' })).toMatchObject({ action: 'accept' })
    expect(legacy.declared.slice(before).some((each) => JSON.stringify(each).includes('sampling'))).toBe(false)
  })
})

const asPerson = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } }
const call = (params: Record<string, unknown>, by = key) =>
  postModern(`${gateway.url}/mcp`, by, 'tools/call', { ...params, _meta: asPerson })

it("parks a modern agent's call for its own caller and request alone, and resumes it once", async () => {
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
})

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
  const client = new ClientV1({ name: 'story', version: '1' }, { capabilities: CAPABILITIES })
  client.setRequestHandler(ElicitRequestSchema, () => new Promise(() => {}))
  await client.connect(new TransportV1(new URL(`${gateway.url}/mcp`), transportOptions()))
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

it('lets other calls through while parked ones wait for their agents', async () => {
  const narrow = await startGateway({ upstreams: { old: { url: legacy.url, concurrency: 2 } } })
  await narrow.ready('old')
  const narrowKey = narrow.key('ops')
  const ask = (question: string) =>
    postModern(`${narrow.url}/mcp`, narrowKey, 'tools/call', {
      name: 'old__ask_person',
      arguments: { question },
      _meta: asPerson,
    })
  for (const question of ['1?', '2?', '3?', '4?'])
    expect((await ask(question)).json?.result?.resultType).toBe('input_required')
  expect(narrow.listening.gateway.upstreams.get('old')?.bulkhead.inFlight).toBe(0)
  await narrow.close()
})

it('gives up asking a legacy client that has hung up', async () => {
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
  const params = { name: 'old__ask_person', arguments: { question: 'Gone?' } }
  const response = await send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }, session, abort.signal)
  await response.body?.getReader().read()
  expect(gateway.listening.gateway.admission.inFlight).toBe(1)
  abort.abort()
  await until(() => gateway.listening.gateway.admission.inFlight === 0, 'the call has ended')
})
