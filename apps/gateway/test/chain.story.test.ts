/** A gateway behind a gateway: agents of both eras work through both, over a link of either era and over pipes, and neither's restart shows. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AskingUpstream, startAskingLegacy, startAskingModern } from './fixtures/asking-upstreams.ts'
import { type LegacyUpstream, startLegacyUpstream } from './fixtures/legacy-upstream.ts'
import { type ScriptedUpstream, startScriptedUpstream } from './fixtures/scripted-upstream.ts'
import { startUpdatingLegacy, type UpdatingUpstream } from './fixtures/updating-upstreams.ts'
import { type AnyClient, CLIENTS, type ClientKind, connectAny, type Heard } from './support/any-client.ts'
import { behind } from './support/behind.ts'
import { postModern } from './support/clients.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'
import { stdioCommand } from './support/stdio-command.ts'

const LONG = 'a_tool_whose_name_is_as_long_as_it_may_be_in_one_gateway'
const asks = { elicitation: true, sampling: true, roots: true }

let legacy: LegacyUpstream
let scripted: ScriptedUpstream
let asking: { old: AskingUpstream; new: AskingUpstream }
let updating: UpdatingUpstream
let inner: StoryGateway
let innerKey: string
beforeAll(async () => {
  legacy = await startLegacyUpstream()
  scripted = await startScriptedUpstream({
    tools: [LONG, 'answer', 'hang'].map((name) => ({ name, inputSchema: { type: 'object' } })),
  })
  asking = { old: await startAskingLegacy(), new: await startAskingModern() }
  updating = await startUpdatingLegacy()
  inner = await startGateway({
    upstreams: {
      notes: { run: join(import.meta.dirname, 'fixtures/notes') },
      old: { url: legacy.url },
      up: { url: scripted.url, tools: { hang: { timeout: '100ms' } } },
      'ask-old': { url: asking.old.url, asks },
      'ask-new': { url: asking.new.url, asks },
      changing: { url: updating.url },
    },
  })
  innerKey = inner.key('ops')
  await readyInner()
})
afterAll(async () => {
  await inner.close()
  for (const each of [legacy, scripted, updating, ...Object.values(asking)]) await each.close()
})
const readyInner = () => inner.ready('notes', 'old', 'up', 'ask-old', 'ask-new', 'changing')

const LINKS = {
  'modern HTTP': () => behind(inner, { era: 'modern', key: innerKey }),
  'legacy HTTP': () => behind(inner, { era: 'legacy', key: innerKey }),
  'modern pipes': () => pipes('modern'),
  'legacy pipes': () => pipes('legacy'),
}
function pipes(era: string) {
  const { command, args, env } = stdioCommand(inner)
  return { command: [command, ...args], env: { CAUSEWAY_PORT: env.CAUSEWAY_PORT }, era, perCaller: true }
}

const isListChange = ({ method }: Heard) => method === 'notifications/tools/list_changed'

describe.each(Object.entries(LINKS))('over %s', (link, upstreamOf) => {
  let outer: StoryGateway
  let key: string
  beforeAll(async () => {
    outer = await startGateway({ upstreams: { in: { ...upstreamOf(), asks } } })
    key = outer.key('ops')
    await outer.ready('in')
    for (const kind of kinds) clients.set(kind, await connectAny(kind, { url: `${outer.url}/mcp`, key }))
  })
  afterAll(async () => {
    for (const client of clients.values()) await client.close()
    await outer.close()
  })

  // One client of each era is enough to tell the links apart.
  const kinds = link.endsWith('pipes') ? CLIENTS.slice(0, 2) : CLIENTS
  const clients = new Map<ClientKind, AnyClient>()
  describe.each(kinds)('%s', (kind) => {
    let client: AnyClient
    beforeAll(() => {
      client = clients.get(kind)!
    })

    it('lists, calls, reads, renders and completes', async () => {
      const tools = await client.tools()
      expect(tools).toEqual(expect.arrayContaining(['in__notes__get_note', 'in__old__echo']))
      expect((await client.call('in__notes__get_note', { name: 'hello' })).structuredContent).toEqual({
        name: 'hello',
        text: 'world',
      })
      expect((await client.call('in__old__echo', { message: 'hé' })).content[0]?.text).toBe('legacy: hé')
      expect(await client.call('in__notes__get_note', { name: 'nothing' })).toMatchObject({ isError: true })
      expect(await client.read('note://by-name/hello')).toBe('world')
      expect(await client.read('legacy://readme')).toBe('read me')
      expect(await client.prompt('in__old__greet', { name: 'Ada' })).toBe('Greet Ada')
      expect(await client.complete('note://by-name/{name}', 'name', 'he')).toEqual(['hello'])
    })

    it.each([
      ['in__notes__work_slowly', { step_ms: 10 }],
      ['in__old__slow', { stepMs: 10 }],
    ])('hears the progress of %s', async (name, step) => {
      const heard: number[] = []
      await client.call(name, { name: 'p', steps: 3, ...step }, { onprogress: ({ progress }) => heard.push(progress) })
      expect(heard).toEqual([1, 2, 3])
    })

    it('cancels a call, and the upstream at the end hears of it', async () => {
      const mark = `${link}, ${kind}`
      const abort = new AbortController()
      const options = { signal: abort.signal, onprogress: () => abort.abort() }
      await expect(client.call('in__old__slow', { name: mark, steps: 500, stepMs: 10 }, options)).rejects.toThrow()
      await until(() => legacy.cancelled.includes(mark), 'the upstream heard of the cancellation')
    })

    it.each(['ask-old', 'ask-new'])('answers what %s asks through both', async (id) => {
      const before = client.asked.length
      expect(JSON.stringify(await client.call(`in__${id}__ask_person`, { question: 'Which?' }))).toContain('green')
      expect(JSON.stringify(await client.call(`in__${id}__ask_model`))).toContain('hello')
      expect(JSON.stringify(await client.call(`in__${id}__ask_roots`))).toContain('file:///story')
      expect(client.asked.slice(before).map(({ method }) => method)).toEqual([
        'elicitation/create',
        'sampling/createMessage',
        'roots/list',
      ])
    })

    it('hears of list changes and of resources that change behind both', async () => {
      const before = client.heard.length
      const tool = `added_${link}_${CLIENTS.indexOf(kind)}`.replace(' ', '_')
      legacy.addTool(tool)
      await until(async () => (await client.tools()).includes(`in__old__${tool}`), 'the tool is listed')
      await until(() => client.heard.slice(before).some(isListChange), 'the change was heard')
      await client.subscribe('old://watched')
      updating.update('old://watched')
      await until(() => client.heard.some(({ params }) => params.uri === 'old://watched'), 'the update was heard')
    })

    it('reads which failure it was, wherever it happened', async () => {
      scripted.answers.set('hang', () => {})
      scripted.answers.set('answer', (_request, response) =>
        response.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>secret</p>'),
      )
      const failure = (name: string) => client.call(name).catch((error: unknown) => error)
      expect(await failure('in__up__hang')).toMatchObject({
        code: -32603,
        data: { code: 'upstream_timeout', upstream: 'in', innerUpstream: 'up', retryable: false },
      })
      expect(await failure('in__up__answer')).toMatchObject({
        data: { code: 'upstream_invalid', upstream: 'in', innerUpstream: 'up' },
      })
      expect(await failure('in__up__nothing')).toMatchObject({ code: -32602, data: { code: 'unknown_tool' } })
    })
  })

  it('shows no client a restart of either', async () => {
    const echoes = (message: string) =>
      Promise.all([...clients.values()].map(async (each) => (await each.call('in__old__echo', { message })).content))
    const all = (text: string) => kinds.map(() => [{ type: 'text', text }])
    await inner.restart()
    await readyInner()
    expect(await echoes('inner')).toEqual(all('legacy: inner'))
    await outer.restart()
    expect(await echoes('outer')).toEqual(all('legacy: outer'))
    for (const client of clients.values()) expect(await client.tools()).toContain('in__notes__get_note')
  })

  it('shortens names that are too long, always to the same', async () => {
    const namesAt = async (gateway: StoryGateway, by: string, path = '/mcp') => {
      const { json } = await postModern(gateway.url + path, by, 'tools/list')
      const { tools = [] } = (json?.result ?? {}) as { tools?: { name: string }[] }
      return tools.map(({ name }) => name)
    }
    const isLong = (name: string) => name.includes('a_tool_whose_name')
    const [own = ''] = (await namesAt(inner, innerKey)).filter(isLong)
    const [name = ''] = (await namesAt(outer, key)).filter(isLong)
    expect(own).toMatch(/^up__a_tool_[\w-]{1,42}$/)
    expect(name).toMatch(/^in__up__a_tool_\w+_[0-9a-f]{6}$/)
    expect(name).toHaveLength(52)
    expect(await namesAt(outer, key, '/s/in/mcp')).toContain(own)
    const { json } = await postModern(`${outer.url}/mcp`, key, 'tools/call', { name, arguments: {} })
    expect(json?.result?.content).toEqual([{ type: 'text', text: 'echo' }])
    expect(scripted.received.at(-1)?.params.name).toBe(LONG)
    await outer.restart()
    expect((await namesAt(outer, key)).filter(isLong)).toEqual([name])
  })
})
