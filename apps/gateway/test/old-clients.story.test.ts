/** Legacy clients as they are: of every revision, with and without its header, that never say `initialized`, or know of no session at all, before upstreams of both eras. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AskingUpstream, startAskingLegacy, startAskingModern } from './fixtures/asking-upstreams.ts'
import { type LegacyUpstream, startLegacyUpstream } from './fixtures/legacy-upstream.ts'
import { post } from './support/clients.ts'
import { openLegacyStream, type RawStream } from './support/open-stream.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'

const FIXTURES = join(import.meta.dirname, 'fixtures')
const MODERN_WORDS = ['resultType', 'ttlMs', 'cacheScope']
const REVISIONS = ['2025-03-26', '2025-06-18', '2025-11-25']
let legacy: LegacyUpstream
let asking: Record<'askold' | 'asknew', AskingUpstream>
let gateway: StoryGateway
let key: string
const mcp = () => `${gateway.url}/mcp`

beforeAll(async () => {
  legacy = await startLegacyUpstream()
  asking = { askold: await startAskingLegacy(), asknew: await startAskingModern() }
  gateway = await startGateway({
    upstreams: {
      new: { run: join(FIXTURES, 'notes') },
      old: { url: legacy.url },
      askold: { url: asking.askold.url },
      asknew: { url: asking.asknew.url },
    },
  })
  key = gateway.key('ops')
  await gateway.ready('new', 'old', 'askold', 'asknew')
})
afterAll(async () => {
  await gateway.close()
  await Promise.all([legacy, asking.askold, asking.asknew].map((each) => each.close()))
})

type Headers = Record<string, string>
const send = (message: object, headers: Headers) =>
  post(mcp(), key, JSON.stringify({ jsonrpc: '2.0', ...message }), headers)
const ask = async (method: string, params: object, headers: Headers) => {
  const { status, json } = await send({ id: 'x', method, params }, headers)
  expect([status, json?.id]).toEqual([200, 'x'])
  return json
}
const resultOf = async (method: string, params: object, headers: Headers) =>
  (await ask(method, params, headers))?.result

/** Introduces itself. @returns the header that names its session */
async function introduce(protocolVersion: string, capabilities: object = {}): Promise<Headers> {
  const params = { protocolVersion, capabilities, clientInfo: { name: 'old', version: '1' } }
  const { headers, json } = await send({ id: 0, method: 'initialize', params }, {})
  expect(json?.result?.protocolVersion).toBe(protocolVersion)
  return { 'mcp-session-id': headers.get('mcp-session-id') as string }
}
const sayInitialized = async (headers: Headers) =>
  expect((await send({ method: 'notifications/initialized' }, headers)).status).toBe(202)

const CLIENTS: [name: string, connect: () => Promise<Headers>][] = [
  ...REVISIONS.flatMap((revision): [string, () => Promise<Headers>][] => [
    [
      `a client of ${revision} that says so in each request`,
      async () => {
        const headers = { ...(await introduce(revision)), 'mcp-protocol-version': revision }
        await sayInitialized(headers)
        return headers
      },
    ],
    [
      `a client of ${revision} that never repeats its revision`,
      async () => {
        const headers = await introduce(revision)
        await sayInitialized(headers)
        return headers
      },
    ],
    [`a client of ${revision} that skips initialized`, () => introduce(revision)],
    [`a client of ${revision} that has no session`, async () => ({ 'mcp-protocol-version': revision })],
  ]),
  ['a client that says nothing of itself at all', async () => ({})],
]

describe.each(CLIENTS)('%s', (_name, connect) => {
  let headers: Headers
  beforeAll(async () => {
    headers = await connect()
  })

  it('lists, calls, reads and gets in both eras, and hears no word of the modern one', async () => {
    const lists = await Promise.all(
      ['tools', 'prompts', 'resources'].map((kind) => resultOf(`${kind}/list`, {}, headers)),
    )
    for (const list of lists) for (const word of MODERN_WORDS) expect(list).not.toHaveProperty(word)
    const note = await resultOf('tools/call', { name: 'new__get_note', arguments: { name: 'hello' } }, headers)
    expect(note).toMatchObject({ structuredContent: { name: 'hello', text: 'world' } })
    expect(note).not.toHaveProperty('resultType')
    const echo = await resultOf('tools/call', { name: 'old__echo', arguments: { message: 'x' } }, headers)
    expect(echo?.content).toEqual([{ type: 'text', text: 'legacy: x' }])
    for (const uri of ['note://by-name/hello', 'legacy://readme']) {
      const read = await resultOf('resources/read', { uri }, headers)
      expect(read?.contents).toHaveLength(1)
      for (const word of MODERN_WORDS) expect(read).not.toHaveProperty(word)
    }
    for (const name of ['new__summarize', 'old__greet'])
      expect((await resultOf('prompts/get', { name, arguments: { name: 'Ada' } }, headers))?.messages).toHaveLength(1)
    expect(await resultOf('ping', {}, headers)).toEqual({})
  })

  it.each(['new__work_slowly', 'old__slow'])('hears the progress of %s', async (name) => {
    const steps = { name: 'p', steps: 2 }
    const arguments_ = name === 'old__slow' ? { ...steps, stepMs: 5 } : { ...steps, step_ms: 5 }
    const { text } = await send(
      { id: 1, method: 'tools/call', params: { name, arguments: arguments_, _meta: { progressToken: 7 } } },
      headers,
    )
    const messages = [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data as string))
    expect(messages.map(({ method, id }) => method ?? id)).toEqual([
      'notifications/progress',
      'notifications/progress',
      1,
    ])
    expect(messages[0].params.progressToken).toBe(7)
  })
})

it('all of them hear on their GET streams that a list has changed', async () => {
  const streams = await Promise.all(CLIENTS.map(async ([, connect]) => openLegacyStream(mcp(), key, await connect())))
  const changes = ({ messages }: RawStream) =>
    messages.filter(({ method }) => method === 'notifications/tools/list_changed').length
  expect(streams.map(changes)).toEqual(streams.map(() => 0))
  legacy.addTool('late')
  await until(() => streams.every((stream) => changes(stream) === 1), 'every stream tells, once')
  for (const stream of streams) stream.close()
})

describe('a client without a session', () => {
  it.each(['askold', 'asknew'])('is asked nothing by %s, because nobody knows what it can answer', async (id) => {
    const answer = await ask('tools/call', { name: `${id}__ask_person`, arguments: { question: 'Who?' } }, {})
    expect(answer?.error?.data?.code ?? answer?.result?.isError).toBe(id === 'askold' ? true : 'input_unsupported')
  })

  it('cannot subscribe, and hears why', async () => {
    const answer = await ask('resources/subscribe', { uri: 'legacy://readme' }, {})
    expect(answer?.error?.data?.code).toBe('invalid_params')
  })

  it('cancels nothing, because another client of its agent may use the same id', async () => {
    const params = { name: 'old__slow', arguments: { name: 'uncancelled', steps: 5, stepMs: 20 } }
    const call = send({ id: 9, method: 'tools/call', params }, {})
    await until(() => legacy.started.includes('uncancelled'), 'the call is under way')
    expect((await send({ method: 'notifications/cancelled', params: { requestId: 9 } }, {})).status).toBe(202)
    expect((await call).json?.result?.content).toEqual([{ type: 'text', text: 'done' }])
    expect(legacy.cancelled).not.toContain('uncancelled')
  })
})

it('answers a revision that it does not know with one that it does', async () => {
  const params = { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: 'old', version: '1' } }
  expect((await ask('initialize', params, {}))?.result?.protocolVersion).toBe('2025-11-25')
})
