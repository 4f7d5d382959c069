/** Resource updates and log messages reach the agents that asked for them, in all four cells, and nobody else. */
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startUpdatingLegacy, startUpdatingModern, type UpdatingUpstream } from './fixtures/updating-upstreams.ts'
import { connectV1, post } from './support/clients.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'

let legacy: Awaited<ReturnType<typeof startUpdatingLegacy>>
let modern: UpdatingUpstream
let gateway: StoryGateway
let key: string
const mcp = () => `${gateway.url}/mcp`

beforeAll(async () => {
  legacy = await startUpdatingLegacy()
  modern = await startUpdatingModern()
  gateway = await startGateway({
    upstreams: { old: { url: legacy.url }, new: { url: modern.url } },
    agents: { ops: { roles: ['operator'] }, blind: { roles: ['blind'] } },
    rules: [
      { id: 'operators', effect: 'allow', roles: ['operator'], tools: ['*'], resources: ['*'] },
      { id: 'blind', effect: 'allow', roles: ['blind'], tools: ['*'] },
    ],
  })
  key = gateway.key('ops')
  await gateway.ready('old', 'new')
})
afterAll(async () => {
  await gateway.close()
  await legacy.close()
  await modern.close()
})

const upstreams = [
  ['old', 'old://watched', () => legacy],
  ['new', 'new://watched', () => modern],
] as const

it.each(upstreams)(
  'tells a legacy client that a resource of %s changed, until it unsubscribes',
  async (_id, uri, upstream) => {
    const heard: string[] = []
    const client = await connectV1(mcp(), key)
    client.fallbackNotificationHandler = async ({ method, params }) =>
      void heard.push(`${method} ${String(params?.uri)}`)
    await until(() => gateway.listening.gateway.streams.size > 0, 'its stream is open')
    await client.subscribeResource({ uri })
    upstream().update(uri)
    await until(() => heard.includes(`notifications/resources/updated ${uri}`), 'the client heard')
    await client.unsubscribeResource({ uri })
    await until(() => upstream().subscribed().length === 0, 'the upstream was told to be quiet')
    await client.close()
  },
)

it.each(upstreams)('tells a modern client that a resource of %s changed', async (_id, uri, upstream) => {
  const heard: string[] = []
  const client = new ClientV2({ name: 'story', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } })
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void heard.push(params.uri))
  await client.connect(
    new TransportV2(new URL(mcp()), { requestInit: { headers: { Authorization: `Bearer ${key}` } } }),
  )
  const subscription = await client.listen({ resourceSubscriptions: [uri, 'unknown://x'] })
  expect(subscription.honoredFilter.resourceSubscriptions).toEqual([uri])
  upstream().update(uri)
  await until(() => heard.includes(uri), 'the client heard')
  await client.close()
  await until(() => upstream().subscribed().length === 0, 'the upstream was told to be quiet')
})

it('passes on no word of an upstream about the resources of another', async () => {
  const heard: unknown[] = []
  const client = await connectV1(mcp(), key)
  client.fallbackNotificationHandler = async ({ method, params }) => void heard.push([method, params?.uri])
  await until(() => gateway.listening.gateway.streams.size > 0, 'its stream is open')
  for (const uri of ['old://watched', 'new://watched']) await client.subscribeResource({ uri })
  legacy.claim('new://watched')
  legacy.claim('old://watched')
  await until(() => heard.length > 0, 'the client heard')
  expect(heard).toEqual([['notifications/resources/updated', 'old://watched']])
  await client.close()
})

it('lets nobody subscribe to what it may not read', async () => {
  const blind = await connectV1(mcp(), gateway.key('blind'))
  await expect(blind.subscribeResource({ uri: 'old://watched' })).rejects.toMatchObject({ code: -32602 })
  await blind.close()
})

it('passes on the log messages of a call at the severity that a legacy client asked for', async () => {
  const heard: string[] = []
  const client = await connectV1(mcp(), key)
  client.fallbackNotificationHandler = async ({ params }) => void heard.push(String(params?.level))
  await client.setLoggingLevel('warning')
  for (const name of ['old__talk', 'new__talk']) await client.callTool({ name, arguments: {} })
  expect(heard).toEqual(['error', 'error'])
  await client.setLoggingLevel('debug')
  await client.callTool({ name: 'new__talk', arguments: {} })
  expect(heard).toEqual(['error', 'error', 'debug', 'error'])
  await client.close()
})

it('refuses a log level that is none', async () => {
  const body = { jsonrpc: '2.0', id: 1, method: 'logging/setLevel', params: { level: 'loud' } }
  expect((await post(mcp(), key, JSON.stringify(body))).json?.error).toMatchObject({ code: -32602 })
})
