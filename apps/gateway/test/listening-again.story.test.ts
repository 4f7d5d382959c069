/** A client that listens again after a restart or a gap hears at once of what it may have missed, and of nothing else; what a session asked for outlives the process. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LegacyUpstream, startLegacyUpstream } from './fixtures/legacy-upstream.ts'
import { startUpdatingLegacy, startUpdatingModern, type UpdatingUpstream } from './fixtures/updating-upstreams.ts'
import { connectV1, post, postModern } from './support/clients.ts'
import { openLegacyStream, openModernStream, type RawStream } from './support/open-stream.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

let legacy: UpdatingUpstream
let modern: UpdatingUpstream
let lists: LegacyUpstream
let gateway: StoryGateway
let key: string
const mcp = () => `${gateway.url}/mcp`
const TOOLS = 'notifications/tools/list_changed'
const UPDATED = 'notifications/resources/updated'
/** Long enough for a notification that should not come. */
const QUIET_MS = 150
const AGENTS = Array.from({ length: 9 }, (_, index) => `agent-${index}`)
let agents = 0

beforeAll(async () => {
  legacy = await startUpdatingLegacy()
  modern = await startUpdatingModern()
  lists = await startLegacyUpstream()
  gateway = await startGateway({
    upstreams: { old: { url: legacy.url }, new: { url: modern.url }, lists: { url: lists.url } },
    agents: Object.fromEntries(
      ['ops', 'other', 'returning', 'newcomer', ...AGENTS].map((name) => [name, { roles: ['operator'] }]),
    ),
  })
  key = gateway.key('ops')
  await ready()
})
afterAll(async () => {
  await gateway.close()
  await Promise.all([legacy, modern, lists].map((each) => each.close()))
})

const ready = () => gateway.ready('old', 'new', 'lists')
async function restart(meanwhile?: () => void): Promise<void> {
  await gateway.restart(meanwhile)
  await ready()
}
async function openSession(by = key): Promise<Record<string, string>> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } }
  const { headers } = await post(mcp(), by, JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }))
  return { 'mcp-session-id': headers.get('mcp-session-id') as string }
}
const ask = (session: Record<string, string>, method: string, params: object, url = mcp()) =>
  post(url, key, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }), session)
const methodsOf = (stream: RawStream) => stream.messages.map(({ method }) => method)
const addTool = () => lists.addTool(`tool-${Math.random().toString(36).slice(2)}`)
const toolCount = () => gateway.listening.gateway.catalog.current.entries.tools.length
async function addToolAndWait(): Promise<void> {
  const before = toolCount()
  addTool()
  await until(() => toolCount() > before, 'the gateway lists the tool')
}

describe('a session', () => {
  it.each([
    ['old', 'old://watched', () => legacy],
    ['new', 'new://watched', () => modern],
  ] as const)(
    'keeps its subscription at %s over a restart, and hears that it may have missed an update',
    async (_id, uri, upstream) => {
      const heard: unknown[] = []
      const client = await connectV1(mcp(), key)
      client.fallbackNotificationHandler = async ({ method, params }) =>
        void (method === UPDATED && heard.push(params?.uri))
      await until(() => gateway.listening.gateway.streams.size > 0, 'its stream is open')
      await client.subscribeResource({ uri })
      expect(heard).toEqual([])
      await restart()
      await until(() => heard.length > 0, 'it listens again and is told')
      await until(() => upstream().subscribed().length > 0, 'the gateway listens again too')
      const before = heard.length
      upstream().update(uri)
      await until(() => heard.length > before, 'it hears of the next update')
      expect(new Set(heard)).toEqual(new Set([uri]))
      await client.unsubscribeResource({ uri })
      await client.close()
    },
  )

  it('hears of the updates that came while it did not listen for a moment, and of no others', async () => {
    const session = await openSession()
    const first = await openLegacyStream(mcp(), key, session)
    for (const uri of ['old://watched', 'new://watched']) await ask(session, 'resources/subscribe', { uri })
    first.close()
    await until(() => gateway.listening.gateway.streams.size === 0, 'the stream is closed')
    const heldBack = () => gateway.listening.gateway.subscriptions
    expect(heldBack().of('old').size).toBe(1)
    legacy.update('old://watched')
    await sleep(QUIET_MS)
    const again = await openLegacyStream(mcp(), key, session)
    await until(() => again.messages.length > 0, 'it is told')
    await sleep(QUIET_MS)
    expect(again.messages.map(({ params }) => params?.uri)).toEqual(['old://watched'])
    again.close()
    await fetch(mcp(), { method: 'DELETE', headers: { authorization: `Bearer ${key}`, ...session } })
    expect(heldBack().of('old').size).toBe(0)
  })

  it(verifies('reliability.restart', 'keeps its log level over a restart'), async () => {
    const heard: string[] = []
    const client = await connectV1(mcp(), key)
    client.fallbackNotificationHandler = async ({ method, params }) =>
      void (method === 'notifications/message' && heard.push(String(params?.level)))
    await client.setLoggingLevel('error')
    await restart()
    for (const name of ['old__talk', 'new__talk']) await client.callTool({ name, arguments: {} })
    expect(heard).toEqual(['error', 'error'])
    await client.close()
  })

  it('is one in two processes: what it subscribes to at one is told by the other', async () => {
    const other = await gateway.startAnother()
    const session = await openSession()
    const stream = await openLegacyStream(mcp(), key, session)
    const { status } = await ask(session, 'resources/subscribe', { uri: 'old://watched' }, `${other.url}/mcp`)
    expect(status).toBe(200)
    await until(() => gateway.listening.gateway.subscriptions.of('old').size === 1, 'the first has read it')
    await until(() => legacy.subscribed().length >= 2, 'both have asked the upstream')
    legacy.update('old://watched')
    await until(() => stream.messages.length > 0, 'the stream tells')
    expect(stream.messages[0]).toMatchObject({ method: UPDATED, params: { uri: 'old://watched' } })
    const end = { method: 'DELETE', headers: { authorization: `Bearer ${key}`, ...session } }
    expect((await fetch(`${other.url}/mcp`, end)).status).toBe(204)
    await stream.ended
    expect((await ask(session, 'ping', {})).status).toBe(404)
    await other.close()
  })

  it('has a bounded number of subscriptions', async () => {
    const session = await openSession()
    const { store, gateway: running } = gateway.listening
    const { number } = running.sessions.open(session['mcp-session-id'] as string)!
    store.transaction(() => {
      for (let count = 0; count < 1_000; count++) store.sessionSubscriptions.add(number, `old://${count}`, 'gone')
    })
    const subscribe = async (uri: string) =>
      (await ask(session, 'resources/subscribe', { uri })).json?.error?.data?.code
    expect(await subscribe('new://watched')).toBe('too_many_subscriptions')
    await ask(session, 'resources/unsubscribe', { uri: 'old://7' })
    expect(await subscribe('new://watched')).toBeUndefined()
    expect(store.sessionSubscriptions.of(number).size).toBe(1_000)
    running.sessions.end(number)
    expect(store.sessionSubscriptions.of(number).size).toBe(0)
  })

  it('refuses to keep a URI without end', async () => {
    const uri = `old://${'x'.repeat(3_000)}`
    const answer = await ask(await openSession(), 'resources/unsubscribe', { uri })
    expect(answer.json?.error?.data?.code).toBe('invalid_params')
  })
})

const CLIENTS = [
  [
    'a legacy client with a session',
    async (by: string) => {
      const session = await openSession(by)
      return () => openLegacyStream(mcp(), by, session)
    },
  ],
  ['a legacy client without a session', async (by: string) => () => openLegacyStream(mcp(), by)],
  ['a modern client', async (by: string) => () => openModernStream(mcp(), by, { toolsListChanged: true })],
] as const

describe.each(CLIENTS)('%s', (_name, connect) => {
  /** An agent of its own: a change that one client of an agent has heard of may be news to the next. */
  const newcomer = () => connect(gateway.key(`agent-${agents++}`))
  const heardOn = async (stream: RawStream) => {
    await sleep(QUIET_MS)
    stream.close()
    return methodsOf(stream).filter((method) => method?.endsWith('list_changed'))
  }

  it('hears nothing when nothing has changed, over a gap and over a restart', async () => {
    const open = await newcomer()
    expect(await heardOn(await open())).toEqual([])
    expect(await heardOn(await open())).toEqual([])
    await restart()
    expect(await heardOn(await open())).toEqual([])
  })

  it('hears at once what changed while it did not listen', async () => {
    const open = await newcomer()
    expect(await heardOn(await open())).toEqual([])
    await addToolAndWait()
    expect(await heardOn(await open())).toEqual([TOOLS])
  })

  it(verifies('reliability.restart', 'hears at once what changed while the gateway did not run'), async () => {
    const open = await newcomer()
    expect(await heardOn(await open())).toEqual([])
    const before = toolCount()
    await restart(addTool)
    await until(() => toolCount() > before, 'the gateway lists the tool')
    expect(await heardOn(await open())).toEqual([TOOLS])
  })
})

it('tells a modern client that is back after a restart that its resources may have changed, and no other', async () => {
  const open = (by: string) =>
    openModernStream(mcp(), by, { resourceSubscriptions: ['old://watched', 'new://watched'] })
  const updatesOn = async (stream: RawStream) => {
    await sleep(QUIET_MS)
    stream.close()
    expect(methodsOf(stream)[0]).toBe('notifications/subscriptions/acknowledged')
    return stream.messages.slice(1).map(({ params }) => params?.uri)
  }
  const [returning, newcomer] = [gateway.key('returning'), gateway.key('newcomer')]
  expect(await updatesOn(await open(returning))).toEqual([])
  await restart()
  expect(await updatesOn(await open(returning))).toEqual(['old://watched', 'new://watched'])
  expect(await updatesOn(await open(newcomer))).toEqual([])
})

it('tells another agent nothing of what the first has heard', async () => {
  const stream = await openModernStream(mcp(), gateway.key('other'), { toolsListChanged: true })
  await sleep(QUIET_MS)
  expect(methodsOf(stream)).toEqual(['notifications/subscriptions/acknowledged'])
  stream.close()
})

it('tells a session all that a stream may not have delivered that was never closed', async () => {
  const session = await openSession()
  const dead = await openLegacyStream(mcp(), key, session)
  const next = await openLegacyStream(mcp(), key, session)
  await until(() => next.messages.length === 3, 'all lists may have changed')
  expect(methodsOf(dead)).toEqual([])
  for (const stream of [dead, next]) stream.close()
})

it('asks legacy clients to give a restart the time it takes, and not to come back all at once', async () => {
  const streams = await Promise.all(Array.from({ length: 5 }, () => openLegacyStream(mcp(), key)))
  await until(() => streams.every((stream) => stream.text().includes('keep-alive')), 'all are greeted')
  const retriesMs = streams.map((stream) => Number(/^retry: (\d+)$/m.exec(stream.text())?.[1]))
  for (const retryMs of retriesMs) expect([retryMs >= 1_500, retryMs <= 2_500]).toEqual([true, true])
  expect(new Set(retriesMs).size).toBeGreaterThan(1)
  for (const stream of streams) stream.close()
})

it('writes nothing to disk for a call, of whatever era', async () => {
  const session = await openSession()
  const call = { name: 'lists__echo', arguments: { message: 'x' } }
  const callBoth = async () => {
    expect((await ask(session, 'tools/call', call)).status).toBe(200)
    expect((await postModern(mcp(), key, 'tools/call', call)).status).toBe(200)
  }
  await ask(session, 'logging/setLevel', { level: 'error' })
  await callBoth()
  // The time at which a key was used is written a second later, once a minute.
  await sleep(1_100)
  const other = new DatabaseSync(join(gateway.listening.store.dataDir, 'causeway.db'), { readOnly: true })
  const version = () => other.prepare('PRAGMA data_version').get()?.data_version
  const before = version()
  for (let count = 0; count < 5; count++) await callBoth()
  expect(version()).toBe(before)
  await ask(session, 'logging/setLevel', { level: 'debug' })
  expect(version()).not.toBe(before)
  other.close()
})

it('takes a Last-Event-ID for what it is to this gateway: nothing', async () => {
  const stream = await openLegacyStream(mcp(), key, { ...(await openSession()), 'last-event-id': 'made-up' })
  await addToolAndWait()
  await until(() => methodsOf(stream).includes(TOOLS), 'the stream is as any other')
  stream.close()
})
