/** Clients that only speak over pipes are served by `causeway stdio` from the running gateway, in both eras, as if they were connected by HTTP. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AskingUpstream, startAskingLegacy, startAskingModern } from './fixtures/asking-upstreams.ts'
import { type LegacyUpstream, startLegacyUpstream } from './fixtures/legacy-upstream.ts'
import { startUpdatingLegacy, startUpdatingModern, type UpdatingUpstream } from './fixtures/updating-upstreams.ts'
import { type AnyClient, CLIENTS, connectAny, type Heard } from './support/any-client.ts'
import { isRunning } from './support/is-running.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'
import { stdioCommand } from './support/stdio-command.ts'

let legacy: LegacyUpstream
let asking: { old: AskingUpstream; new: AskingUpstream }
let updating: { old: UpdatingUpstream; new: UpdatingUpstream }
let gateway: StoryGateway
const asks = { elicitation: true, sampling: true, roots: true }

beforeAll(async () => {
  legacy = await startLegacyUpstream()
  asking = { old: await startAskingLegacy(), new: await startAskingModern() }
  updating = { old: await startUpdatingLegacy(), new: await startUpdatingModern() }
  gateway = await startGateway({
    upstreams: {
      notes: { run: join(import.meta.dirname, 'fixtures/notes') },
      old: { url: legacy.url },
      'ask-old': { url: asking.old.url, asks },
      'ask-new': { url: asking.new.url, asks },
      'up-old': { url: updating.old.url },
      'up-new': { url: updating.new.url },
    },
  })
  await gateway.ready('notes', 'old', 'ask-old', 'ask-new', 'up-old', 'up-new')
})
afterAll(async () => {
  await gateway.close()
  for (const each of [legacy, ...Object.values(asking), ...Object.values(updating)]) await each.close()
})

const impersonations = () => gateway.listening.store.apiKeys.list().filter(({ origin }) => origin === 'impersonation')

const isListChange = ({ method }: Heard) => method === 'notifications/tools/list_changed'

describe.each(CLIENTS)('%s', (kind) => {
  let client: AnyClient
  let stderr = ''
  beforeAll(async () => {
    client = await connectAny(kind, {
      ...stdioCommand(gateway),
      onStderr: (text) => {
        stderr += text
      },
    })
  })
  afterAll(async () => {
    const { pid } = client
    await client.close()
    await until(() => !isRunning(pid as number), 'the process has ended')
    expect(impersonations()).toEqual([])
    expect(stderr).toBe('')
  })

  it('lists, calls, reads, renders and completes', async () => {
    expect(await client.tools()).toEqual(
      expect.arrayContaining(['notes__get_note', 'old__echo', 'ask-new__ask_person']),
    )
    expect((await client.call('notes__get_note', { name: 'hello' })).structuredContent).toEqual({
      name: 'hello',
      text: 'world',
    })
    expect((await client.call('old__echo', { message: 'hé\n\u2028llo' })).content).toEqual([
      { type: 'text', text: 'legacy: hé\n\u2028llo' },
    ])
    expect(await client.read('note://by-name/hello')).toBe('world')
    expect(await client.prompts()).toContain('old__greet')
    expect(await client.prompt('old__greet', { name: 'Ada' })).toBe('Greet Ada')
    expect(await client.complete('note://by-name/{name}', 'name', 'he')).toEqual(['hello'])
  })

  it("passes a tool's own failure and a refusal on", async () => {
    expect(await client.call('notes__get_note', { name: 'nothing' })).toMatchObject({ isError: true })
    await expect(client.call('nothing__there')).rejects.toMatchObject({ code: -32602 })
  })

  it('serves many calls at once, and large ones', async () => {
    const texts = Array.from({ length: 40 }, (_, i) => `${i} ${'x'.repeat(i * 10)}`)
    const results = await Promise.all(texts.map((message) => client.call('old__echo', { message })))
    expect(results.map(({ content }) => content[0]?.text)).toEqual(texts.map((text) => `legacy: ${text}`))
    const large = 'y'.repeat(1024 * 1024)
    expect((await client.call('old__echo', { message: large })).content[0]?.text).toBe(`legacy: ${large}`)
    await expect(client.call('old__echo', { message: large.repeat(4) })).rejects.toThrow('larger than')
    expect(await client.tools()).toContain('old__echo')
  })

  it.each(['ask-old', 'ask-new'])('answers what %s asks', async (id) => {
    const before = client.asked.length
    expect(JSON.stringify(await client.call(`${id}__ask_person`, { question: 'Which?' }))).toContain('green')
    expect(JSON.stringify(await client.call(`${id}__ask_model`))).toContain('hello')
    expect(JSON.stringify(await client.call(`${id}__ask_roots`))).toContain('file:///story')
    expect(client.asked.slice(before).map(({ method }) => method)).toEqual([
      'elicitation/create',
      'sampling/createMessage',
      'roots/list',
    ])
  })

  it.each(['notes__work_slowly', 'old__slow'])('hears the progress of %s', async (name) => {
    const heard: number[] = []
    const step = name.startsWith('notes') ? { step_ms: 50 } : { stepMs: 50 }
    await client.call(name, { name: 'p', steps: 3, ...step }, { onprogress: ({ progress }) => heard.push(progress) })
    // The SDK's clients forget whose progress it is when the answer comes in the same read, which pipes make likely.
    expect(heard.length).toBeGreaterThanOrEqual(1)
    expect(heard).toEqual([1, 2, 3].slice(0, heard.length))
  })

  it('cancels a call, and the upstream hears of it', async () => {
    const mark = `cancel ${kind}`
    const abort = new AbortController()
    const call = client.call(
      'old__slow',
      { name: mark, steps: 500, stepMs: 10 },
      { signal: abort.signal, onprogress: () => abort.abort() },
    )
    await expect(call).rejects.toThrow()
    await until(() => legacy.cancelled.includes(mark), 'the upstream heard of the cancellation')
    expect((await client.call('old__echo', { message: 'on' })).isError).toBeUndefined()
  })

  it('hears of list changes and of resources that it subscribed to', async () => {
    const before = client.heard.length
    const tool = `added_${CLIENTS.indexOf(kind)}`
    legacy.addTool(tool)
    await until(() => client.heard.slice(before).some(isListChange), 'the change was heard')
    expect(await client.tools()).toContain(`old__${tool}`)
    await client.subscribe('old://watched')
    updating.old.update('old://watched')
    await until(() => client.heard.some(({ params }) => params.uri === 'old://watched'), 'the update was heard')
  })

  it('lives through a restart of the gateway', async () => {
    const before = client.heard.length
    await gateway.restart()
    expect((await client.call('old__echo', { message: 'again' })).content[0]?.text).toBe('legacy: again')
    expect(JSON.stringify(await client.call('ask-old__ask_person', { question: 'Which?' }))).toContain('green')
    const tool = `after_restart_${CLIENTS.indexOf(kind)}`
    legacy.addTool(tool)
    await until(() => client.heard.slice(before).some(isListChange), 'the change was heard')
    // It may have been another one: the upstreams come back one after the other.
    await until(async () => (await client.tools()).includes(`old__${tool}`), 'the tool is listed')
  })
})
