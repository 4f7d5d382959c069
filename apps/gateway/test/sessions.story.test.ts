/** Legacy sessions are sealed: they survive a restart, belong to one agent and one route, and end when they are told to. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectV1, post } from './support/clients.ts'
import { type StoryGateway, startGateway } from './support/start-gateway.ts'

let gateway: StoryGateway
let key: string

beforeAll(async () => {
  gateway = await startGateway({
    upstreams: { notes: { run: join(import.meta.dirname, 'fixtures/notes') } },
    agents: { ops: { roles: ['operator'] }, other: { roles: ['operator'] } },
  })
  key = gateway.key('ops')
  await gateway.ready('notes')
})
afterAll(() => gateway.close())

const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
})
const LIST = '{"jsonrpc":"2.0","id":"7","method":"tools/list"}'

async function openSession(url = `${gateway.url}/mcp`): Promise<string> {
  const { headers, json } = await post(url, key, INITIALIZE)
  expect(json?.result).toMatchObject({ protocolVersion: '2025-06-18', serverInfo: { name: 'causeway' } })
  return headers.get('mcp-session-id') as string
}
const list = (session: string | undefined, by = key, url = `${gateway.url}/mcp`) =>
  post(url, by, LIST, session ? { 'mcp-session-id': session } : {})

it('gives out ids of visible ASCII up to 1 KiB, and never leaks modern fields into legacy answers', async () => {
  const session = await openSession()
  expect(session).toMatch(/^[\x21-\x7e]{20,1024}$/)
  const { status, json } = await list(session)
  expect(status).toBe(200)
  expect(json?.id).toBe('7')
  expect(Object.keys(json?.result ?? {})).toEqual(['tools', '_meta'])
})

it('accepts a session after a restart: the client notices nothing', async () => {
  const client = await connectV1(`${gateway.url}/mcp`, key)
  const before = await client.listTools()
  await gateway.restart()
  await gateway.ready('notes')
  expect(await client.listTools()).toEqual(before)
  expect((await client.callTool({ name: 'notes__get_note', arguments: { name: 'hello' } })).structuredContent).toEqual({
    name: 'hello',
    text: 'world',
  })
  await client.close()
})

it('serves a client that goes without a session or sends an older version header', async () => {
  expect((await list(undefined)).status).toBe(200)
  expect((await post(`${gateway.url}/mcp`, key, LIST, { 'mcp-protocol-version': '2025-03-26' })).status).toBe(200)
  expect((await post(`${gateway.url}/mcp`, key, LIST, { 'mcp-protocol-version': 'yesterday' })).status).toBe(400)
})

it('knows a session for its own agent and route alone, and answers 404 to everyone else', async () => {
  const session = await openSession()
  expect((await list(session, gateway.key('other'))).status).toBe(404)
  expect((await list(session, key, `${gateway.url}/s/notes/mcp`)).status).toBe(404)
  expect((await list(`${session.slice(0, -2)}AA`)).status).toBe(404)
  expect((await list('no-such-session')).status).toBe(404)
  expect((await list(session)).status).toBe(200)
})

it('ends a session by DELETE, for good', async () => {
  const session = await openSession()
  const end = () =>
    fetch(`${gateway.url}/mcp`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${key}`, 'mcp-session-id': session },
    })
  expect((await end()).status).toBe(204)
  expect((await list(session)).status).toBe(404)
  expect((await end()).status).toBe(404)
})

it('answers ping, and takes notifications with 202', async () => {
  const session = await openSession()
  const ping = await post(`${gateway.url}/mcp`, key, '{"jsonrpc":"2.0","id":1,"method":"ping"}', {
    'mcp-session-id': session,
  })
  expect(ping.json).toEqual({ jsonrpc: '2.0', id: 1, result: {} })
  const note = await post(`${gateway.url}/mcp`, key, '{"jsonrpc":"2.0","method":"notifications/initialized"}', {
    'mcp-session-id': session,
  })
  expect([note.status, note.text]).toEqual([202, ''])
})

it('serves one upstream with its original names on its own route', async () => {
  const session = await openSession(`${gateway.url}/s/notes/mcp`)
  const { json } = await list(session, key, `${gateway.url}/s/notes/mcp`)
  expect((json!.result!.tools as { name: string }[]).map((tool) => tool.name)).toContain('get_note')
})
