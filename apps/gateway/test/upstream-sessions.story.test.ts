/** However many sessions agents open, a legacy upstream keeps serving everybody, and what an agent leaves behind is cleared away. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type LegacyUpstream, startLegacyUpstream } from './fixtures/legacy-upstream.ts'
import { post, postModern } from './support/clients.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'

/** More than an agent may have upstream sessions. */
const MANY = 80
let upstream: LegacyUpstream
let gateway: StoryGateway
let key: string
let crowd: string

const mcp = () => `${gateway.url}/mcp`

/** Opens a session of the crowd that may be asked, and calls in it. */
async function join(): Promise<string> {
  const params = {
    protocolVersion: '2025-11-25',
    capabilities: { elicitation: {} },
    clientInfo: { name: 'one of many', version: '1' },
  }
  const opened = await post(mcp(), crowd, JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }))
  const call = { name: 'old__echo', arguments: { message: 'here' } }
  const session = opened.headers.get('mcp-session-id') as string
  const body = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: call })
  return (await post(mcp(), crowd, body, { 'mcp-session-id': session })).text
}

beforeAll(async () => {
  upstream = await startLegacyUpstream()
  gateway = await startGateway({
    upstreams: { old: { url: upstream.url, concurrency: 2, timeout: '10s' } },
    agents: { ops: { roles: ['operator'] }, crowd: { roles: ['operator'] } },
  })
  key = gateway.key('ops')
  crowd = gateway.key('crowd')
  await gateway.ready('old')
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
})

it('serves many sessions of one agent and the calls of another at the same time', async () => {
  const arguments_ = { name: 'victim', steps: 25, stepMs: 100 }
  const slow = postModern(mcp(), key, 'tools/call', { name: 'old__slow', arguments: arguments_ })
  for (let count = 0; count < MANY; count++) expect(await join()).toContain('legacy: here')
  expect((await slow).json?.result?.content).toEqual([{ type: 'text', text: 'done' }])
  expect(upstream.cancelled).toEqual([])
  const echo = { name: 'old__echo', arguments: { message: 'still' } }
  expect((await postModern(mcp(), key, 'tools/call', echo)).json?.result).toBeDefined()
  // 64 of the crowd, the catalog's, and that of the other agent.
  await until(() => upstream.sessions.size <= 66, 'the sessions of the crowd are bounded')
}, 20_000)
