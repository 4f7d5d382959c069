/** What the gateway owes a modern upstream as its client: another try in the supported revision, an id for each round, and a type for each result. */
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sendResult } from './fixtures/scripted-upstream.ts'
import { serveFixture } from './fixtures/serve-fixture.ts'
import { connectV2 } from './support/clients.ts'
import { startGateway } from './support/start-gateway.ts'
import { type Scripted, startScripted } from './support/start-scripted.ts'

let scripted: Scripted
beforeAll(async () => {
  scripted = await startScripted()
})
afterAll(() => scripted.close())

it('asks again in the same revision when that is refused but supported, and never falls back to the legacy era', async () => {
  const methods: string[] = []
  const meta = {
    supportedVersions: ['2026-07-28'],
    capabilities: { tools: {} },
    tools: [{ name: 'a', inputSchema: {} }],
  }
  const upstream = await serveFixture(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const { id, method } = JSON.parse(text) as { id: unknown; method: string }
    methods.push(method)
    if (methods.length > 1)
      return sendResult(response, JSON.stringify(id), {
        ...meta,
        resultType: 'complete',
        ttlMs: 0,
        cacheScope: 'private',
      })
    const error = { code: -32022, message: 'Try again', data: { supported: ['2026-07-28'], requested: '2026-07-28' } }
    response.writeHead(400, { 'Content-Type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, error }))
  })
  const gateway = await startGateway({ upstreams: { picky: { url: upstream.url } } })
  await gateway.ready('picky')
  expect(methods).toEqual(['server/discover', 'server/discover', 'tools/list'])
  await gateway.close()
  await upstream.close()
})

it('sends each round of a call that asks a legacy agent under an id of its own', async () => {
  const { upstream, url, key } = scripted
  upstream.received.length = 0
  upstream.answers.set('echo', ({ params, idText }, response) => {
    const ask = {
      method: 'elicitation/create',
      params: { message: 'Sure?', requestedSchema: { type: 'object', properties: {} } },
    }
    if (!params.inputResponses)
      sendResult(response, idText, { resultType: 'input_required', inputRequests: { sure: ask } })
    else sendResult(response, idText, { resultType: 'complete', content: [{ type: 'text', text: 'sure' }] })
  })
  const client = new ClientV1({ name: 'story', version: '1' }, { capabilities: { elicitation: {} } })
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept' as const, content: {} }))
  await client.connect(new TransportV1(new URL(url), { requestInit: { headers: { Authorization: `Bearer ${key}` } } }))
  expect((await client.callTool({ name: 'up__echo' })).content).toEqual([{ type: 'text', text: 'sure' }])
  expect(upstream.received).toHaveLength(2)
  expect(new Set(upstream.received.map(({ idText }) => idText)).size).toBe(2)
  await client.close()
})

it('takes a result that does not say its type as complete, and says so to modern agents', async () => {
  const { upstream, url, key } = scripted
  upstream.answers.set('echo', ({ idText }, response) =>
    sendResult(response, idText, { content: [{ type: 'text', text: 'untyped' }] }),
  )
  const client = await connectV2(url, key)
  expect((await client.callTool({ name: 'up__echo' })).content).toEqual([{ type: 'text', text: 'untyped' }])
  await client.close()
})
