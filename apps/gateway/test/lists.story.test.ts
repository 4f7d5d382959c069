/** Lists that are wrong, endless or changing: what is bad is left out with a reason, the rest is served, and open clients hear of changes. */
import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LegacyUpstream, startLegacyUpstream } from './fixtures/legacy-upstream.ts'
import {
  bareTool,
  events,
  json,
  modern,
  resultOf,
  type Script,
  type ScriptedPort,
  startScripts,
} from './fixtures/scripted-upstream.ts'
import { connectV1, connectV2 } from './support/clients.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

/** Each spoils a whole list in some client's parser, or means two things. */
const BAD_TOOLS: Record<string, string> = {
  'not an object': '"tool"',
  'no name': '{"inputSchema":{"type":"object"}}',
  'name: expected string, received number': '{"name":7,"inputSchema":{"type":"object"}}',
  'inputSchema: expected object, received undefined': '{"name":"no_schema"}',
  'inputSchema.type: expected "object"': '{"name":"array_input","inputSchema":{"type":"array"}}',
  'inputSchema.required: expected array, received string':
    '{"name":"bad_required","inputSchema":{"type":"object","required":"x"}}',
  'description: expected string, received number': '{"name":"d","description":5,"inputSchema":{"type":"object"}}',
  'annotations.readOnlyHint: expected boolean, received string':
    '{"name":"hint","annotations":{"readOnlyHint":"yes"},"inputSchema":{"type":"object"}}',
  'icons.0.src: expected string, received undefined': '{"name":"i","icons":[{}],"inputSchema":{"type":"object"}}',
  'outputSchema: expected object, received boolean': '{"name":"o","outputSchema":true,"inputSchema":{"type":"object"}}',
  'the key "name" stands twice': '{"name":"two","name":"faces","inputSchema":{"type":"object"}}',
  'nested deeper than 64 levels': `{"name":"deep","inputSchema":{"type":"object","not":${'{"not":'.repeat(90)}{}${'}'.repeat(90)}}}`,
  'larger than 65536 bytes': `{"name":"large","description":"${'x'.repeat(70_000)}","inputSchema":{"type":"object"}}`,
  'listed twice': '{"name":"good","description":"again","inputSchema":{"type":"object"}}',
}

const page = (id: unknown, tools: unknown[], nextCursor?: string) =>
  resultOf(id, { tools, nextCursor, resultType: 'complete', ttlMs: 0, cacheScope: 'private' })
const lists = (answer: (cursor: string | undefined) => [tools: string[], next?: string]): Script =>
  modern({
    on: {
      'tools/list': ({ id, params }, response) => {
        const [names, next] = answer(params.cursor as string | undefined)
        json(response, page(id, names.map(bareTool), next))
      },
    },
  })

const LARGE = 'x'.repeat(60_000)
let changing = ['first']
const openListens = new Set<{ announce(): void; cut(): void }>()
const listen: Script = ({ id }, response) => {
  const meta = { 'io.modelcontextprotocol/subscriptionId': id }
  const send = (method: string, params: object) =>
    response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', method, params: { ...params, _meta: meta } })}\n\n`)
  events(response)
  send('notifications/subscriptions/acknowledged', { notifications: { toolsListChanged: true } })
  const open = { announce: () => void send('notifications/tools/list_changed', {}), cut: () => response.destroy() }
  openListens.add(open)
  response.once('close', () => openListens.delete(open))
}

let raw: ScriptedPort
let legacy: LegacyUpstream
let gateway: StoryGateway
let key: string
const mcp = () => `${gateway.url}/mcp`
const part = (id: string) => gateway.listening.gateway.catalog.current.upstreams.get(id)

beforeAll(async () => {
  legacy = await startLegacyUpstream()
  raw = await startScripts({
    poison: modern({
      on: {
        'tools/list': ({ id }, response) =>
          json(
            response,
            page(id, ['GOOD', 'BAD']).replace(
              '"GOOD","BAD"',
              [JSON.stringify(bareTool('good')), ...Object.values(BAD_TOOLS)].join(','),
            ),
          ),
      },
    }),
    many: lists((cursor) => [
      Array.from({ length: 300 }, (_, i) => `t${Number(cursor ?? 0) + i}`),
      String(Number(cursor ?? 0) + 300),
    ]),
    long: lists((cursor) => [[`page${cursor ?? 0}`], String(Number(cursor ?? 0) + 1)]),
    circle: lists((cursor) => [[`c_${cursor ?? 'start'}`], cursor === 'a' ? 'b' : 'a']),
    huge: modern({
      on: {
        'tools/list': ({ id, params }, response) => {
          const from = Number(params.cursor ?? 0)
          const tools = Array.from({ length: 20 }, (_, i) => ({ ...bareTool(`h${from + i}`), description: LARGE }))
          json(response, page(id, tools, String(from + 20)))
        },
      },
    }),
    half: modern({
      capabilities: { tools: {}, resources: {}, prompts: {} },
      on: {
        'prompts/list': ({ id }, response) =>
          json(response, JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32603, message: 'broken' } })),
      },
    }),
    timer: modern({ lists: () => ({ tools: changing.map(bareTool) }) }),
    told: modern({
      capabilities: { tools: { listChanged: true } },
      lists: () => ({ tools: changing.map(bareTool) }),
      on: {
        'subscriptions/listen': listen,
        'tools/call': ({ id }, response) =>
          void setTimeout(() => json(response, resultOf(id, { content: [], resultType: 'complete' })), 300),
      },
    }),
  })
  const url = (name: string, more: object = {}) => ({ [name]: { url: raw.url(name), ...more } })
  gateway = await startGateway({
    upstreams: {
      old: { url: legacy.url },
      ...url('told'),
      ...url('poison'),
      ...url('many'),
      ...url('long'),
      ...url('circle'),
      ...url('huge'),
      ...url('half'),
      ...url('timer', { refresh: '1s' }),
    },
  })
  key = gateway.key('ops')
  await gateway.ready('poison', 'many', 'long', 'circle', 'huge', 'half', 'timer', 'told', 'old')
})
afterAll(async () => {
  await gateway.close()
  await Promise.all([raw.close(), legacy.close()])
})

const names = async () => (await (await v2()).listTools()).tools.map((tool) => tool.name)
let shared: Client | undefined
async function v2(): Promise<Client> {
  shared ??= await connectV2(mcp(), key)
  return shared
}

describe('a list with bad definitions', () => {
  it('is served without them, each with its reason', () => {
    const { entries, leftOut } = part('poison')!
    expect(entries.map((entry) => entry.publicName)).toEqual(['poison__good'])
    expect(leftOut.map((each) => each.reason).sort()).toEqual(
      ['no name', ...Object.keys(BAD_TOOLS).filter((reason) => !reason.startsWith('name: '))].sort(),
    )
  })

  it('spoils nothing for real clients of either era', async () => {
    const old = await connectV1(mcp(), key)
    expect((await old.listTools()).tools.map((tool) => tool.name)).toContain('poison__good')
    expect(await names()).toContain('poison__good')
    await old.close()
  })
})

describe('a list without an end', () => {
  it.each([
    ['many', 2_000, 'longer than 2000 definitions'],
    ['long', 50, 'more than 50 pages'],
    ['circle', 3, 'go round in circles'],
    ['huge', 60, 'larger than 4194304 bytes'],
  ])(verifies('reliability.bombs', '"%s" is cut, and what was read is served'), (id, count, reason) => {
    expect(part(id)?.entries.length).toBe(count)
    expect(part(id)?.leftOut).toMatchObject([{ kind: 'tools', name: '*', reason: expect.stringContaining(reason) }])
  })

  it('pages through all of them toward the agent', async () => {
    const all = await names()
    expect(all.filter((name) => name.startsWith('many__'))).toHaveLength(2_000)
    expect(new Set(all).size).toBe(all.length)
  })
})

it('serves the tools of an upstream whose other lists are broken', async () => {
  expect(await names()).toContain('half__hello')
  expect(part('half')?.leftOut).toMatchObject([{ reason: 'it refused prompts/list with error -32603' }])
})

describe('a list that changes', () => {
  async function hears(change: () => void, name: string): Promise<number> {
    const heard = new Set<string>()
    const [old, fresh] = [await connectV1(mcp(), key), await connectV2(mcp(), key)]
    old.fallbackNotificationHandler = async () => void heard.add('legacy')
    fresh.setNotificationHandler('notifications/tools/list_changed', () => void heard.add('modern'))
    await fresh.listen({ toolsListChanged: true })
    await until(() => gateway.listening.gateway.streams.size >= 2, 'both streams are open')
    const startedAt = performance.now()
    change()
    await until(() => heard.size === 2, 'both clients heard')
    const ms = performance.now() - startedAt
    expect((await old.listTools()).tools.map((tool) => tool.name)).toContain(name)
    await Promise.all([old.close(), fresh.close()])
    return ms
  }

  it('reaches open clients of both eras within a second when a legacy upstream says so', async () => {
    expect(await hears(() => legacy.addTool('added'), 'old__added')).toBeLessThan(1_000)
  })

  it('reaches them within a second when a modern upstream says so', async () => {
    const change = () => {
      changing = ['first', 'second']
      for (const open of openListens) open.announce()
    }
    expect(await hears(change, 'told__second')).toBeLessThan(1_000)
  })

  it('is found by timer when nobody says so', async () => {
    changing = ['first', 'second', 'third']
    await until(() => part('timer')?.entries.some((entry) => entry.originalName === 'third') === true, 'it was listed')
  })

  it('is found when the stream that would have told it broke, and calls under way notice nothing', async () => {
    const client = await v2()
    const call = client.callTool({ name: 'told__first', arguments: {} })
    await new Promise((resolve) => setTimeout(resolve, 50))
    changing = ['first', 'fourth']
    for (const open of openListens) open.cut()
    await until(() => part('told')?.entries.some((entry) => entry.originalName === 'fourth') === true, 'it was listed')
    expect((await call).content).toEqual([])
    expect(gateway.listening.gateway.upstreams.get('told')?.state.kind).toBe('ready')
    await until(() => openListens.size === 1, 'the stream is open again')
  })

  it('does not make the gateway list without a pause, however often it is said', async () => {
    let count = 0
    const before = raw.scripts.told!
    raw.scripts.told = (request, response) => {
      if (request.method === 'tools/list') count++
      before(request, response)
    }
    for (let i = 0; i < 100; i++) {
      for (const open of openListens) open.announce()
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    expect(count).toBeGreaterThan(0)
    expect(count).toBeLessThan(5)
    raw.scripts.told = before
  })
})

it('opens a legacy upstream anew that forgot its sessions, and the agent notices nothing', async () => {
  const client = await connectV1(mcp(), key)
  const echo = async () => (await client.callTool({ name: 'old__echo', arguments: { message: 'x' } })).content
  const before = await echo()
  legacy.forgetSessions()
  expect(await Promise.all([echo(), echo(), echo()])).toEqual([before, before, before])
  legacy.addTool('after_loss')
  gateway.listening.gateway.upstreams.get('old')?.onTrouble()
  await until(() => part('old')?.entries.some((entry) => entry.originalName === 'after_loss') === true, 'it is listed')
  await client.close()
})
