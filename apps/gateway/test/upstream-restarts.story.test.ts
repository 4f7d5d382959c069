/** An upstream restarts: nobody notices where it keeps no session state, a session that it lost is opened again under the agent's own, and calls under way fail once. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  bareTool,
  legacy,
  modern,
  type Script,
  type ScriptedPort,
  sendResult,
  startScripts,
} from './fixtures/scripted-upstream.ts'
import { connectV1, connectV2, postModern } from './support/clients.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

const TOOLS = ['quick', 'slow']
const IDS = ['new', 'bare', 'old']
let upstream: ScriptedPort
let gateway: StoryGateway
let key: string
/** Names of the calls that reached the upstream, and how many sessions it opened. */
let calls: string[] = []
let sessions = 0
const mcp = () => `${gateway.url}/mcp`

const answer: Script = ({ idText, params }, response) => {
  calls.push(String(params.name))
  if (params.name === 'quick')
    sendResult(response, idText, { content: [{ type: 'text', text: 'quick' }], resultType: 'complete' })
}
/** Knows the sessions alone that it opened itself, as one does that keeps them in memory. */
function forgetful(): Script {
  const known = new Set<unknown>()
  const nameSession = () => {
    sessions++
    const name = randomUUID()
    known.add(name)
    return name
  }
  const plain = legacy(TOOLS, { call: answer, nameSession })
  return (request, response) => {
    if (request.method === 'initialize' || known.has(request.headers['mcp-session-id'])) plain(request, response)
    else response.writeHead(404).end()
  }
}
const scripts = () => ({
  new: modern({ lists: () => ({ tools: TOOLS.map(bareTool) }), on: { 'tools/call': answer } }),
  bare: legacy(TOOLS, { call: answer, nameSession: () => undefined }),
  old: forgetful(),
})
async function restart(): Promise<void> {
  const { port } = upstream
  await upstream.close()
  calls = []
  sessions = 0
  upstream = await startScripts(scripts(), port)
}

beforeAll(async () => {
  upstream = await startScripts(scripts())
  gateway = await startGateway({ upstreams: Object.fromEntries(IDS.map((id) => [id, { url: upstream.url(id) }])) })
  key = gateway.key('ops')
  await gateway.ready(...IDS)
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
})

const AGENTS = [
  ['a legacy agent', () => connectV1(mcp(), key)],
  ['a modern agent', () => connectV2(mcp(), key)],
] as const

describe.each(AGENTS)('%s', (_name, connect) => {
  it.each(IDS)('notices nothing of the restart of "%s" between two calls', async (id) => {
    await gateway.ready(...IDS)
    const client = await connect()
    const call = async () => (await client.callTool({ name: `${id}__quick`, arguments: {} })).content
    await call()
    await restart()
    expect(await call()).toEqual([{ type: 'text', text: 'quick' }])
    expect(calls).toEqual(['quick'])
    if (id === 'old') expect(sessions).toBeGreaterThan(0)
    await client.close()
  })
})

it(
  verifies('reliability.faults', 'is tried again when it is called, however long it was down, but not with every call'),
  async () => {
    const { bare } = upstream.scripts
    let tried = 0
    const story = await startGateway({ upstreams: { bare: { url: upstream.url('bare') } } })
    const own = story.key('ops')
    await story.ready('bare')
    await story.restart(() => {
      upstream.scripts.bare = ({ method }, response) => {
        if (method === 'server/discover') tried++
        response.writeHead(503).end()
      }
    })
    const call = () => postModern(`${story.url}/mcp`, own, 'tools/call', { name: 'bare__quick', arguments: {} })
    await until(() => tried === 4, 'it was tried four times')
    const calledAt = performance.now()
    await Promise.all(Array.from({ length: 20 }, call))
    await until(() => tried > 4, 'it is tried again')
    // By itself it is tried no sooner than 1.6 s after the fourth time, and 3.2 s after the fifth.
    expect(performance.now() - calledAt).toBeLessThan(1_200)
    expect(tried).toBe(5)
    upstream.scripts.bare = bare!
    const backAt = performance.now()
    await until(async () => (await call()).json?.result !== undefined, 'a call gets through')
    expect(performance.now() - backAt).toBeLessThan(2_500)
    await story.close()
  },
)

it.each(IDS)(
  verifies('reliability.faults', 'fails a call once, clearly, that is under way in "%s", and never runs it again'),
  async (id) => {
    await gateway.ready(...IDS)
    const call = (tool: string) => postModern(mcp(), key, 'tools/call', { name: `${id}__${tool}`, arguments: {} })
    const slow = call('slow')
    await until(() => calls.includes('slow'), 'the call is under way')
    await restart()
    expect((await slow).json?.error).toMatchObject({
      code: -32603,
      data: { code: 'upstream_unavailable', upstream: id, retryable: false },
    })
    await gateway.ready(...IDS)
    expect((await call('quick')).json?.result).toBeDefined()
    expect(calls).toEqual(['quick'])
  },
)
