/** The four cells over stdio: agents of both eras, upstreams of both eras, on a child that all share and on children that are their callers' own. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AnyClient, CLIENTS, connectAny, told } from './support/any-client.ts'
import { connectV1, post, postModern } from './support/clients.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'

const FIXTURES = join(import.meta.dirname, 'fixtures')
const asks = { elicitation: true, sampling: true, roots: true }
const legacy = (scheme: string) => ({ command: [process.execPath, join(FIXTURES, 'stdio-legacy.ts'), scheme], asks })
const modern = (scheme: string) => ({ command: [process.execPath, join(FIXTURES, 'stdio-modern.ts'), scheme], asks })
const ALL = ['old', 'new', 'own-old', 'own-new'] as const
/** The others cannot tell whom to ask. */
const CAN_ASK = ['new', 'own-old', 'own-new'] as const
const OWN = ['own-old', 'own-new'] as const

let gateway: StoryGateway
let key: string
let otherKey: string
let dyingKey: string
const mcp = () => `${gateway.url}/mcp`

interface Who {
  pid: number
  calls: number
  declared: Record<string, unknown>
  cancelled: string[]
}

beforeAll(async () => {
  gateway = await startGateway({
    upstreams: {
      old: legacy('old'),
      new: modern('new'),
      'own-old': { ...legacy('own-old'), perCaller: true },
      'own-new': { ...modern('own-new'), perCaller: true },
    },
    agents: { ops: { roles: ['operator'] }, other: { roles: ['operator'] }, dying: { roles: ['operator'] } },
  })
  key = gateway.key('ops')
  otherKey = gateway.key('other')
  dyingKey = gateway.key('dying')
  await gateway.ready(...ALL)
})
afterAll(() => gateway.close())

const who = async (upstream: string, by: AnyClient) => told(await by.call(`${upstream}__who`)) as Who

describe.each(CLIENTS)('%s', (kind) => {
  const era = kind === 'SDK v2, modern' ? 'modern' : 'legacy'
  let client: AnyClient
  const answered = async (name: string, args = {}) => told(await client.call(name, args))
  const connect = (by: string) => connectAny(kind, { url: mcp(), key: by })
  beforeAll(async () => {
    client = await connect(key)
  })
  afterAll(() => client.close())

  it.each(ALL)('lists, calls, renders, reads and completes at %s', async (upstream) => {
    expect(await client.tools()).toContain(`${upstream}__echo`)
    expect(await answered(`${upstream}__echo`, { message: 'héllo' })).toBe('héllo')
    expect(await client.prompt(`${upstream}__greet`, { name: 'Ada' })).toBe('Greet Ada')
    expect(await client.read(`${upstream}://state`)).toMatch(/touched$/)
    expect(await client.read(`${upstream}://by-name/Ada`)).toBe('about Ada')
    expect(await client.complete(`${upstream}__greet`, 'name', 'A')).toEqual(['Ada', 'Alan'])
    expect(await client.complete(`${upstream}://by-name/{name}`, 'name', 'A')).toEqual(['Ada', 'Alan'])
  })

  it.each(ALL)('hears the progress of %s, which hears of the cancellation', async (upstream) => {
    const heard: number[] = []
    const onprogress = ({ progress }: { progress: number }) => void heard.push(progress)
    await client.call(`${upstream}__slow`, { name: 'p', steps: 3, stepMs: 5 }, { onprogress })
    expect(heard).toEqual([1, 2, 3])
    const mark = `${era}-${Math.random()}`
    const abort = new AbortController()
    const args = { name: mark, steps: 500, stepMs: 10 }
    const call = client.call(`${upstream}__slow`, args, { signal: abort.signal, onprogress: () => abort.abort() })
    await expect(call).rejects.toThrow()
    await until(async () => (await who(upstream, client)).cancelled.includes(mark), 'the upstream heard of it')
  })

  it.each(CAN_ASK)('is asked by %s: a form, a link, its model, its roots', async (upstream) => {
    expect(await answered(`${upstream}__ask_person`, { question: 'Color?' })).toMatchObject({
      action: 'accept',
      content: { color: 'green' },
    })
    const label = `${upstream}: `
    expect(client.asked.at(-1)?.params.message).toBe(`${label}Color?`)
    expect(await answered(`${upstream}__ask_link`)).toMatchObject({ action: 'accept' })
    const url = 'https://example.test/sign-in'
    expect(client.asked.at(-1)?.params).toMatchObject({ mode: 'url', url, message: `${label}Sign in` })
    expect(await answered(`${upstream}__ask_model`)).toMatchObject({ content: { text: 'hello' } })
    expect(client.asked.at(-1)?.params).not.toHaveProperty('includeContext')
    expect(await answered(`${upstream}__ask_roots`)).toMatchObject({ roots: [{ uri: 'file:///story' }] })
  })

  it('hears when a page is done with, or that one has to be opened first, in the words of its era', async () => {
    client.heard.length = 0
    await client.call('own-old__ask_link')
    const done = { method: 'notifications/elicitation/complete', params: { elicitationId: 'link-1' } }
    if (era === 'legacy') expect(client.heard).toMatchObject([done])
    else expect(client.heard).toEqual([])
    const needed = { message: 'own-old: Sign in', elicitationId: 'link-2' }
    await expect(client.call('own-old__need_link')).rejects.toMatchObject(
      era === 'legacy'
        ? { code: -32042, data: { elicitations: [needed] } }
        : { code: -32603, data: { code: 'input_unsupported' } },
    )
  })

  it('is not asked by a legacy child that all share, because nobody could tell for whom it asks', async () => {
    const before = client.asked.length
    await expect(answered('old__ask_person', { question: 'Color?' })).rejects.toThrow(/elicitation/)
    expect(Object.keys((await who('old', client)).declared)).toEqual(['extensions'])
    expect(client.asked.length).toBe(before)
  })

  it.each(OWN)('has a child of its own at %s, which knows what it can be asked', async (upstream) => {
    const first = await who(upstream, client)
    const second = await who(upstream, client)
    expect([second.pid, second.calls]).toEqual([first.pid, first.calls + 1])
    expect(Object.keys(first.declared).sort()).toEqual(['elicitation', 'roots', 'sampling'])
    const other = await connect(otherKey)
    expect((await who(upstream, other)).pid).not.toBe(first.pid)
    await other.close()
  })

  it.each(OWN)('hears that a resource changed in its own child at %s, and nobody else does', async (upstream) => {
    const uri = `${upstream}://state`
    const other = await connect(otherKey)
    for (const each of [client, other]) {
      await who(upstream, each)
      await until(() => gateway.listening.gateway.streams.size > 0 || era === 'modern', 'its stream is open')
      await each.subscribe(uri)
    }
    await client.call(`${upstream}__touch`, { state: 'touched' })
    const updates = (by: AnyClient) => by.heard.filter(({ params }) => params.uri === uri).length
    await until(() => updates(client) > 0, 'it heard')
    expect(await client.read(uri)).toBe('touched')
    expect(await other.read(uri)).not.toBe('touched')
    expect(updates(other)).toBe(0)
    await other.close()
  })

  it.each(['old', 'new'] as const)('hears that a resource of %s changed', async (upstream) => {
    const uri = `${upstream}://state`
    await client.subscribe(uri)
    await client.call(`${upstream}__touch`, { state: 'touched' })
    await until(() => client.heard.some(({ params }) => params.uri === uri), 'it heard')
  })
})

it.each(OWN)(
  "ends with a crash at %s its caller's calls alone, and the next call starts another child",
  async (upstream) => {
    const survivor = await connectAny('SDK v1', { url: mcp(), key })
    const dying = await connectAny('SDK v1', { url: mcp(), key: dyingKey })
    const before = await who(upstream, dying)
    const slow = survivor.call(`${upstream}__slow`, { name: 'x', steps: 20, stepMs: 20 })
    const hanging = dying.call(`${upstream}__slow`, { name: 'y', steps: 500, stepMs: 20 })
    hanging.catch(() => {})
    await expect(dying.call(`${upstream}__die`)).rejects.toMatchObject({
      data: { code: 'upstream_unavailable', retryable: false },
    })
    await expect(hanging).rejects.toMatchObject({ data: { code: 'upstream_unavailable' } })
    const after = await who(upstream, dying)
    expect([after.pid === before.pid, after.calls]).toEqual([false, 1])
    expect(told(await slow)).toBe('done')
    await Promise.all([survivor.close(), dying.close()])
  },
)

it.each(['old', 'new'])('lists what %s has added', async (upstream) => {
  const tools = async () => {
    const { json } = await postModern(mcp(), key, 'tools/list')
    return ((json?.result?.tools ?? []) as { name: string }[]).map(({ name }) => name)
  }
  await postModern(mcp(), key, 'tools/call', { name: `${upstream}__grow`, arguments: {} })
  await until(async () => (await tools()).includes(`${upstream}__grown`), 'it is listed')
})

describe('what a child logs during a call', () => {
  const talk = async (upstream: string, level?: string) => {
    const _meta = level ? { 'io.modelcontextprotocol/logLevel': level } : {}
    const { text } = await postModern(mcp(), key, 'tools/call', { name: `${upstream}__talk`, arguments: {}, _meta })
    return [...text.matchAll(/"data":"([^"]+)"/g)].map(([, data]) => data)
  }

  it.each(OWN)(
    'at %s reaches the modern agent whose own it is, at the severity that it asked for',
    async (upstream) => {
      expect(await talk(upstream, 'debug')).toEqual([`${upstream} debug`, `${upstream} error`])
      expect(await talk(upstream, 'warning')).toEqual([`${upstream} error`])
      expect(await talk(upstream)).toEqual([])
    },
  )

  it.each(OWN)('at %s reaches the legacy agent whose own it is, at the severity of its session', async (upstream) => {
    const [loud, quiet] = await Promise.all([connectV1(mcp(), key), connectV1(mcp(), key)])
    const heard = { loud: [] as unknown[], quiet: [] as unknown[] }
    loud.fallbackNotificationHandler = async ({ params }) => void heard.loud.push(params?.data)
    quiet.fallbackNotificationHandler = async ({ params }) => void heard.quiet.push(params?.data)
    await loud.setLoggingLevel('debug')
    await quiet.setLoggingLevel('error')
    for (const each of [loud, quiet, loud]) await each.callTool({ name: `${upstream}__talk`, arguments: {} })
    const [debug, error] = [`${upstream} debug`, `${upstream} error`]
    expect(heard).toEqual({ loud: [debug, error, debug, error], quiet: [error] })
    await Promise.all([loud.close(), quiet.close()])
  })

  it.each(['old', 'new'])(
    'at %s, which all share, reaches nobody, because nobody could tell whose data it is',
    async (upstream) => {
      expect(await talk(upstream, 'debug')).toEqual([])
    },
  )
})

describe('what an agent calls its requests', () => {
  const ODD = ['0', '""', '9007199254740993', '"9007199254740993"']
  const slow = (upstream: string, odd: string, meta = '') =>
    `{"jsonrpc":"2.0","id":${odd},"method":"tools/call","params":{"name":"${upstream}__slow","arguments":{"name":"odd","steps":2,"stepMs":5},"_meta":{"progressToken":${odd}${meta}}}}`
  const MODERN_META =
    ',"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}'
  const send = {
    legacy: (upstream: string, odd: string) => post(mcp(), key, slow(upstream, odd)),
    modern: (upstream: string, odd: string) =>
      post(mcp(), key, slow(upstream, odd, MODERN_META), {
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': `${upstream}__slow`,
      }),
  }

  it.each(ALL.flatMap((upstream) => (['legacy', 'modern'] as const).map((era) => ({ upstream, era }))))(
    'comes back as it was from $upstream to a $era agent',
    async ({ upstream, era }) => {
      const answers = await Promise.all(ODD.map((odd) => send[era](upstream, odd)))
      const told = answers.map(({ text }) =>
        [...text.matchAll(/"progressToken":("[^"]*"|\d+)/g)].map(([, token]) => token),
      )
      expect(told).toEqual(ODD.map((odd) => [odd, odd]))
      const ids = answers.map(({ text }) => /^data: \{"jsonrpc":"2.0","id":("[^"]*"|\d+),"result"/m.exec(text)?.[1])
      expect(ids).toEqual(ODD)
    },
  )
})
