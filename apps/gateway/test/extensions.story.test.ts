/** What the gateway has never heard of, in all four cells: announced, declared, told and answered as it stands, except requests, which nothing could judge. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { bareTool, type ScriptedUpstream, sendResult, startScriptedUpstream } from './fixtures/scripted-upstream.ts'
import { ANNOUNCED, EXTRA_META, NEWS, startUnknownLegacy, startUnknownModern } from './fixtures/unknown-upstreams.ts'
import { postModern } from './support/clients.ts'
import { type StoryGateway, startGateway } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

const DECLARED = { 'com.example/host': { version: [2, null], 'x-deep': { a: {} } } }
const SENT_META = { 'com.example/asked': { a: [1, null] }, bare: 'x' }

const ANY = z.looseObject({})

let gateway: StoryGateway
let scripted: ScriptedUpstream
let key: string
const fixtures: { close(): Promise<void> }[] = []

beforeAll(async () => {
  const modern = await startUnknownModern()
  const legacy = await startUnknownLegacy()
  scripted = await startScriptedUpstream({ tools: [bareTool('later')] })
  fixtures.push(modern, legacy, scripted)
  gateway = await startGateway({
    upstreams: { modern: { url: modern.url }, legacy: { url: legacy.url }, scripted: { url: scripted.url } },
  })
  await gateway.ready('modern', 'legacy', 'scripted')
  key = gateway.key('ops')
})
afterAll(async () => {
  await gateway.close()
  await Promise.all(fixtures.map((each) => each.close()))
})

async function connect(era: 'modern' | 'legacy', path = '/mcp') {
  const client = new Client(
    { name: 'host', version: '1.0.0' },
    {
      versionNegotiation: { mode: era === 'modern' ? { pin: '2026-07-28' } : 'legacy' },
      capabilities: { extensions: DECLARED as never, experimental: DECLARED as never },
    },
  )
  const heard: unknown[] = []
  client.fallbackNotificationHandler = async (notification) => void heard.push(notification)
  const headers = { Authorization: `Bearer ${key}` }
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${gateway.url}${path}`), { requestInit: { headers } }),
  )
  return { client, heard }
}

describe.each(['modern', 'legacy'] as const)(verifies('protocol.extensions', 'a %s client'), (era) => {
  describe.each(['modern', 'legacy'] as const)('and a %s upstream', (upstream) => {
    it('know what each other declares', async () => {
      const { client } = await connect(era, `/s/${upstream}/mcp`)
      expect(client.getServerCapabilities()).toMatchObject(ANNOUNCED)
      const { structuredContent } = await client.callTool({ name: 'tell', arguments: {} })
      expect(structuredContent).toMatchObject({ capabilities: { extensions: DECLARED, experimental: DECLARED } })
      await client.close()
    })

    it('pass what the gateway does not know', async () => {
      const { client, heard } = await connect(era)
      const { tools } = await client.listTools()
      expect(tools.find(({ name }) => name === `${upstream}__tell`)?._meta).toEqual(EXTRA_META)
      const result = await client.callTool({ name: `${upstream}__tell`, arguments: {}, _meta: SENT_META })
      expect(result.structuredContent).toMatchObject({ meta: SENT_META })
      expect(result._meta).toMatchObject(EXTRA_META)
      expect(result.content).toEqual([{ type: 'text', text: 'told', _meta: EXTRA_META }])
      expect(result['x-unknown']).toEqual([1, { b: null }])
      expect(heard).toEqual([expect.objectContaining(NEWS)])
      await client.close()
    })
  })

  it('hears of everything that its upstreams announce on /mcp', async () => {
    const { client } = await connect(era)
    expect(client.getServerCapabilities()).toMatchObject(ANNOUNCED)
    expect(client.getServerCapabilities()).not.toHaveProperty('tasks')
    await client.close()
  })

  it.each(['/mcp', '/s/modern/mcp'])('is refused a method that nobody here knows on %s', async (path) => {
    const { client } = await connect(era, path)
    await expect(client.request({ method: 'com.example/report' }, ANY)).rejects.toThrow(/com.example\/report.*unknown/)
    await client.close()
  })
})

it('asks for no task of 2025-11-25, whoever may', async () => {
  const { client } = await connect('legacy')
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name)).toEqual(['modern__tell', 'legacy__tell', 'scripted__later'])
  expect([...gateway.listening.gateway.catalog.current.upstreams.values()].flatMap((part) => part.leftOut)).toEqual([
    { kind: 'tools', name: 'only_task', reason: expect.stringContaining('task of 2025-11-25') },
  ])
  const task = { ttl: 1_000 }
  const { structuredContent } = await client.callTool({ name: 'legacy__tell', arguments: {}, task } as never)
  expect(structuredContent).toMatchObject({ task: null })
  for (const method of ['tasks/list', 'tasks/get', 'tasks/result', 'tasks/cancel'])
    await expect(client.request({ method, params: { taskId: 'x' } }, ANY)).rejects.toMatchObject({ code: -32601 })
  await client.close()
})

it('takes a notification that it does not know, and tells nobody', async () => {
  const { client } = await connect('legacy')
  await client.notification({ method: 'notifications/com.example/news', params: {} })
  expect((await client.callTool({ name: 'legacy__tell', arguments: {} })).isError).toBeUndefined()
  await client.close()
})

it('passes a type of result that it does not know to whom it could be meant for', async () => {
  scripted.answers.set('later', ({ idText }, response) =>
    sendResult(response, idText, { resultType: 'com.example/later', ticket: [1, null] }),
  )
  const params = { name: 'scripted__later', arguments: {} }
  const { json } = await postModern(`${gateway.url}/mcp`, key, 'tools/call', params)
  expect(json?.result).toEqual({ resultType: 'com.example/later', ticket: [1, null] })
  const { client } = await connect('legacy')
  await expect(client.callTool(params)).rejects.toMatchObject({ data: { code: 'input_unsupported' } })
  await client.close()
})
