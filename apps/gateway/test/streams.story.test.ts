/** Open streams: who cannot read one is told so, and the end of a session ends its stream. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { post, postModern } from './support/clients.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'

let gateway: StoryGateway
let key: string
const mcp = () => `${gateway.url}/mcp`
const streams = () => gateway.listening.gateway.streams.size

beforeAll(async () => {
  gateway = await startGateway({ upstreams: {} })
  key = gateway.key('ops')
})
afterAll(() => gateway.close())

async function openSession(): Promise<Record<string, string>> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } }
  const { headers } = await post(mcp(), key, JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }))
  return { authorization: `Bearer ${key}`, 'mcp-session-id': headers.get('mcp-session-id') as string }
}

it('ends the stream of a session with the session, and no other', async () => {
  const [ended, kept] = [await openSession(), await openSession()]
  const accept = 'text/event-stream'
  const stream = await fetch(mcp(), { headers: { ...ended, accept } })
  const other = new AbortController()
  await fetch(mcp(), { headers: { ...kept, accept }, signal: other.signal })
  await until(() => streams() === 2, 'both streams are open')
  expect((await fetch(mcp(), { method: 'DELETE', headers: ended })).status).toBe(204)
  await stream.text()
  expect(streams()).toBe(1)
  other.abort()
  await until(() => streams() === 0, 'the other stream is closed')
})

it('refuses to listen for a client that reads no events', async () => {
  const params = { notifications: { toolsListChanged: true } }
  const only = { accept: 'application/json' }
  const refused = await postModern(mcp(), key, 'subscriptions/listen', params, only)
  expect([refused.status, refused.json?.error?.data?.code]).toEqual([406, 'not_acceptable'])
  expect(streams()).toBe(0)
})
