/** A legacy upstream may end the stream of a call early, on purpose or not: where it keeps events, the gateway asks for the rest, and the agent notices nothing. */
import type { ServerResponse } from 'node:http'
import { McpServer as LegacyServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import type { EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { ElicitRequestSchema, ElicitResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { legacy, type Received, resultOf, type ScriptedPort, startScripts } from './fixtures/scripted-upstream.ts'
import { type ServedFixture, serveLegacyFixture } from './fixtures/serve-fixture.ts'
import { connectV1, postModern } from './support/clients.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

const TIMEOUT_MS = 600
let old: ScriptedPort
let sdk: ServedFixture
let gateway: StoryGateway
let key: string
/** What came after the call: GETs with their `Last-Event-ID`, and messages. */
let came: { lastEventId?: unknown; method?: unknown; id?: unknown; atMs: number }[] = []
let calls = 0
/** Answers the GET with this `Last-Event-ID`. */
let resume: Record<string, (response: ServerResponse) => void> = {}
/** The id under which the call is to be answered. */
let callId: unknown

const said = (text: string) => resultOf(callId, { content: [{ type: 'text', text }] })
function stream(response: ServerResponse, ...events: string[]): ServerResponse {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' })
  response.flushHeaders()
  for (const each of events) response.write(`${each}\n\n`)
  return response
}
const STARTS: Record<string, (response: ServerResponse) => void> = {
  polled: (response) => stream(response, 'id: p0\nretry: 60\ndata:').end(),
  broken: (response) => {
    stream(response, 'id: b0\nretry: 20\ndata:')
    setTimeout(() => response.destroy(), 20)
  },
  unkept: (response) => {
    stream(response, ': no ids')
    setTimeout(() => response.destroy(), 20)
  },
}

beforeAll(async () => {
  const plain = legacy(Object.keys(STARTS), {
    call: ({ id, params }, response) => {
      callId = id
      calls++
      STARTS[String(params.name)]?.(response)
    },
  })
  const script = (request: Received, response: ServerResponse) => {
    const lastEventId = request.headers['last-event-id']
    if (request.method === 'GET' && lastEventId !== undefined) {
      came.push({ lastEventId, atMs: performance.now() })
      const answer = resume[String(lastEventId)]
      if (answer) answer(response)
      else response.writeHead(405).end()
      return
    }
    if (request.method !== 'tools/call' && request.method !== 'GET')
      came.push({ method: request.method, id: request.id, atMs: performance.now() })
    plain(request, response)
  }
  old = await startScripts({ old: script })
  sdk = await serveLegacyFixture(buildPolled, { eventStore: keepEvents(), retryInterval: 30 })
  gateway = await startGateway({
    upstreams: {
      old: { url: old.url('old'), timeout: `${TIMEOUT_MS}ms`, asks: { elicitation: true } },
      sdk: { url: sdk.url, asks: { elicitation: true } },
    },
  })
  key = gateway.key('ops')
  await gateway.ready('old', 'sdk')
})
beforeEach(() => {
  came = []
  calls = 0
  resume = {}
})
afterAll(async () => {
  await gateway.close()
  await old.close()
  await sdk.close()
})

const call = (name: string) =>
  postModern(`${gateway.url}/mcp`, key, 'tools/call', { name, arguments: {}, _meta: { progressToken: 't' } })
const resumedAt = () =>
  came.filter(({ lastEventId }) => lastEventId !== undefined).map(({ lastEventId }) => lastEventId)

describe('a stream with event ids', () => {
  it('that ends early is asked for again, after the pause that the upstream wants, until the answer comes once', async () => {
    resume = {
      p0: (response) => stream(response, 'id: p1\nretry: 20\ndata:').end(),
      p1: (response) => {
        stream(response, `id: p2\ndata: ${said('in the end')}`, `id: p3\ndata: ${said('twice')}`)
      },
    }
    const startedAtMs = performance.now()
    const { json } = await call('old__polled')
    expect(json?.result?.content).toEqual([{ type: 'text', text: 'in the end' }])
    expect([calls, resumedAt()]).toEqual([1, ['p0', 'p1']])
    const asked = came.find(({ lastEventId }) => lastEventId === 'p0')
    expect((asked?.atMs ?? 0) - startedAtMs).toBeGreaterThan(55)
  })

  it(verifies('reliability.faults', 'that breaks is asked for again, also when that fails for a moment'), async () => {
    let attempts = 0
    resume = {
      b0: (response) => {
        if (++attempts < 3) response.socket?.destroy()
        else stream(response, `data: ${said('whole')}`).end()
      },
    }
    expect((await call('old__broken')).json?.result?.content).toEqual([{ type: 'text', text: 'whole' }])
    expect([calls, attempts]).toEqual([1, 3])
  })

  it('carries on with what the upstream asks the agent', async () => {
    resume = {
      p0: (response) => {
        const params = { message: 'Well?', requestedSchema: { type: 'object', properties: {} } }
        stream(
          response,
          `id: p1\ndata: ${JSON.stringify({ jsonrpc: '2.0', id: 'ask', method: 'elicitation/create', params })}`,
        )
        const answered = setInterval(() => {
          if (!came.some(({ id }) => id === 'ask')) return
          clearInterval(answered)
          response.end(`id: p2\ndata: ${said('asked and answered')}\n\n`)
        }, 10)
      },
    }
    const client = await connectV1(`${gateway.url}/mcp`, key, { elicitation: {} })
    client.setRequestHandler(ElicitRequestSchema, async () => ({ action: 'accept', content: {} }))
    expect((await client.callTool({ name: 'old__polled', arguments: {} })).content).toEqual([
      { type: 'text', text: 'asked and answered' },
    ])
    expect(calls).toBe(1)
    await client.close()
  })

  it('that the upstream does not give again fails the call at once, which may have run', async () => {
    const startedAtMs = performance.now()
    const { json } = await call('old__broken')
    expect(json?.error?.data).toMatchObject({ code: 'upstream_unavailable', retryable: false, upstream: 'old' })
    expect(performance.now() - startedAtMs).toBeLessThan(TIMEOUT_MS)
    expect(calls).toBe(1)
  })

  it('that breaks again and again fails the call before its time is over', async () => {
    resume = { b0: (response) => response.socket?.destroy() }
    const { json } = await call('old__broken')
    expect(json?.error?.data).toMatchObject({ code: 'upstream_unavailable', retryable: false })
    expect([calls, resumedAt()]).toEqual([1, ['b0', 'b0', 'b0', 'b0']])
  })

  it('that never comes to its end is cancelled when the time of the call is over', async () => {
    resume = { p0: (response) => stream(response).end() }
    const { json } = await call('old__polled')
    expect(json?.error?.data).toMatchObject({ code: 'upstream_timeout' })
    await until(() => came.some(({ method }) => method === 'notifications/cancelled'), 'the upstream hears of it')
    const count = came.length
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(came.length).toBe(count)
  })

  it('is that of a real upstream, which asks and answers while nobody listens', async () => {
    const client = await connectV1(`${gateway.url}/mcp`, key, { elicitation: {} })
    const progress: number[] = []
    client.setRequestHandler(ElicitRequestSchema, async () => ({ action: 'accept', content: { color: 'green' } }))
    const options = { onprogress: (event: { progress: number }) => progress.push(event.progress) }
    const result = await client.callTool({ name: 'sdk__leave', arguments: {} }, undefined, options)
    expect([result.content, progress]).toEqual([[{ type: 'text', text: 'green' }], [1, 2]])
    await client.close()
  })
})

it('fails a call at once whose stream breaks without event ids', async () => {
  const startedAtMs = performance.now()
  const { json } = await call('old__unkept')
  expect(json?.error?.data).toMatchObject({ code: 'upstream_unavailable', retryable: false, upstream: 'old' })
  expect(performance.now() - startedAtMs).toBeLessThan(TIMEOUT_MS)
  expect([calls, resumedAt()]).toEqual([1, []])
})

/** On SDK v1: a tool that closes its own stream before it works. */
function buildPolled(): LegacyServer {
  const server = new LegacyServer({ name: 'polled', version: '1.0.0' })
  server.registerTool('leave', {}, async ({ closeSSEStream, sendNotification, sendRequest, _meta }) => {
    const progressToken = _meta?.progressToken as string
    const tell = (progress: number) =>
      sendNotification({ method: 'notifications/progress', params: { progressToken, progress } })
    await tell(1)
    closeSSEStream?.()
    await tell(2)
    const requestedSchema = { type: 'object' as const, properties: { color: { type: 'string' as const } } }
    const params = { message: 'Color?', requestedSchema }
    const answer = await sendRequest({ method: 'elicitation/create', params }, ElicitResultSchema)
    return { content: [{ type: 'text', text: String(answer.content?.color) }] }
  })
  return server
}

/** An event store as small as can be. */
function keepEvents(): EventStore {
  const events: { id: string; streamId: string; message: Parameters<EventStore['storeEvent']>[1] }[] = []
  return {
    async storeEvent(streamId, message) {
      const id = `${streamId}:${events.length}`
      events.push({ id, streamId, message })
      return id
    },
    getStreamIdForEventId: async (id) => events.find((event) => event.id === id)?.streamId,
    async replayEventsAfter(lastId, { send }) {
      const index = events.findIndex(({ id }) => id === lastId)
      const { streamId } = events[index] as (typeof events)[number]
      for (const { id, message } of events.slice(index + 1).filter((event) => event.streamId === streamId))
        if (Object.keys(message).length > 0) await send(id, message)
      return streamId
    },
  }
}
