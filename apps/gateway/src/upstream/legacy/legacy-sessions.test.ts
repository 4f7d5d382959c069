/** Sessions with a legacy upstream are shared, bounded, and ended when nobody uses them, but never under a call. */
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { Pool } from 'undici'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  events,
  legacy,
  type Script,
  type ScriptedPort,
  startScripts,
} from '../../../test/fixtures/scripted-upstream.ts'
import { until } from '../../../test/support/start-gateway.ts'
import type { HttpTarget } from '../http-target.ts'
import { type LegacySession, openSession } from './legacy-session.ts'
import { LegacySessions, type SessionLimits } from './legacy-sessions.ts'

const LIMITS: SessionLimits = { total: 5, perAgent: 2, idleMs: 10_000, streamIdleMs: 10_000, sweepMs: 20 }
let upstream: ScriptedPort
let target: HttpTarget
let closing: AbortController
/** Sessions that were ended, and those whose event streams are open, as the upstream names them. */
let ended: unknown[]
let listening: Set<unknown>
/** What an event stream waits for before it opens. */
let opening: Promise<void> | undefined

beforeEach(async () => {
  ended = []
  listening = new Set()
  opening = undefined
  closing = new AbortController()
  const plain = legacy([], { call: () => {} })
  const script: Script = (request, response) => {
    const session = request.headers['mcp-session-id']
    if (request.method === 'DELETE') {
      ended.push(session)
      response.writeHead(200).end()
    } else if (request.method === 'GET') {
      listening.add(session)
      response.once('close', () => listening.delete(session))
      if (opening) void opening.then(() => events(response))
      else events(response)
    } else plain(request, response)
  }
  upstream = await startScripts({ old: script })
  const { origin, pathname: path } = new URL(upstream.url('old'))
  const pools = { dispatcher: new Pool(origin, { connections: 2 }), streams: new Pool(origin) }
  target = {
    upstream: 'old',
    path,
    headers: {},
    log: pino({ level: 'silent' }),
    ...pools,
    others: async () => pools.streams,
  }
})
afterEach(async () => {
  closing.abort()
  await Promise.all([target.dispatcher.destroy(), target.streams.destroy()])
  await upstream.close()
})

async function start(limits: Partial<SessionLimits> = {}, atOnce = false): Promise<LegacySessions> {
  const { signal } = closing
  const first = await openSession(target, { credential: undefined, capabilities: '{}' }, signal)
  const heard = { onAsk() {}, opensAtOnce: () => atOnce }
  const options = { target, credential: async () => undefined, signal, ...heard, limits: { ...LIMITS, ...limits } }
  return new LegacySessions(first, options)
}
const of = (agent: string, number: number | null = 1, capabilities = '{}') => ({
  sessionKey: JSON.stringify([agent, number, capabilities]),
  client: { credential: undefined, capabilities },
  signal: closing.signal,
})
const idOf = async (session: LegacySession) => session.id

/** A call that goes on until it is told to end. */
async function hold(sessions: LegacySessions, use: ReturnType<typeof of>) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const started = Promise.withResolvers<unknown>()
  const done = sessions.use(use, async (session) => {
    started.resolve(session.id)
    await promise
  })
  const end = () => {
    resolve()
    return done
  }
  return { id: await started.promise, end }
}

it('gives calls of one key one session, and calls of others another', async () => {
  const sessions = await start()
  const ids = await Promise.all([of('a'), of('a'), of('b')].map((use) => sessions.use(use, idOf)))
  expect(ids[0]).toBe(ids[1])
  expect(ids[2]).not.toBe(ids[0])
})

it('gives calls that may be asked, and share nothing but their agent, sessions of their own', async () => {
  const sessions = await start({ perAgent: 3 })
  const asked = of('a', null, '{"roots":{}}')
  const calls = await Promise.all([hold(sessions, asked), hold(sessions, asked)])
  expect(new Set(calls.map(({ id }) => id)).size).toBe(2)
  await calls[0]?.end()
  expect(await sessions.use(asked, idOf)).toBe(calls[0]?.id)
  await calls[1]?.end()
  await sessions.use(asked, async (_session, forget) => forget())
  expect(calls.map(({ id }) => id)).not.toContain(await sessions.use(asked, idOf))
})

it("ends the agent's own session that was used longest ago when the agent opens too many", async () => {
  const sessions = await start()
  const first = await sessions.use(of('a', 1), idOf)
  const second = await sessions.use(of('a', 2), idOf)
  const other = await sessions.use(of('b'), idOf)
  await sessions.use(of('a', 1), idOf)
  await sessions.use(of('a', 3), idOf)
  await until(() => ended.length > 0, 'a session is ended')
  expect(ended).toEqual([second])
  expect(await sessions.use(of('a', 1), idOf)).toBe(first)
  expect(await sessions.use(of('b'), idOf)).toBe(other)
})

it('ends no session that a call is under way in, and refuses one more when all are busy', async () => {
  const sessions = await start()
  const busy = await hold(sessions, of('a', 1))
  const idle = await sessions.use(of('a', 2), idOf)
  const alsoBusy = await hold(sessions, of('a', 3))
  await until(() => ended.length > 0, 'a session is ended')
  expect(ended).toEqual([idle])
  const refused = { code: 'upstream_overloaded', detail: { upstream: 'old' } }
  await expect(sessions.use(of('a', 4), idOf)).rejects.toMatchObject(refused)
  await sessions.use(of('b', 1), idOf)
  await Promise.all([busy.end(), alsoBusy.end()])
  expect(await sessions.use(of('a', 4), idOf)).toBeDefined()
  await until(() => ended.length > 1, 'another is ended')
  expect(ended).toEqual([idle, busy.id])
})

it('bounds the sessions of all agents together', async () => {
  const sessions = await start()
  const ids: unknown[] = []
  for (const agent of ['a', 'b', 'c', 'd', 'e']) ids.push(await sessions.use(of(agent), idOf))
  expect(sessions.size).toBe(LIMITS.total)
  await until(() => ended.length > 0, 'a session is ended')
  expect(ended).toEqual([ids[0]])
})

it('ends a session that nobody has used for a while, and opens it again when somebody does', async () => {
  const sessions = await start({ idleMs: 60 })
  const busy = await hold(sessions, of('a', 1))
  const idle = await sessions.use(of('a', 2), idOf)
  await until(() => ended.length > 0, 'the idle one is ended')
  await sleep(100)
  expect(ended).toEqual([idle])
  expect(sessions.size).toBe(2)
  expect(await sessions.use(of('a', 2), idOf)).not.toBe(idle)
  await busy.end()
})

it('holds an event stream for calls that may be asked, for as long as there are any, and lets it take no place from calls', async () => {
  const sessions = await start({ perAgent: 20, total: 20, streamIdleMs: 60 })
  const asked = Array.from({ length: 8 }, (_, number) => of('a', number, '{"roots":{}}'))
  const calls = await Promise.all(asked.map((use) => hold(sessions, use)))
  await sleep(120)
  expect(listening.size).toBe(8)
  await sessions.use(of('b'), idOf)
  expect(listening.size).toBe(8)
  await Promise.all(calls.map((call) => call.end()))
  await until(() => listening.size === 0, 'the streams are closed')
  expect(ended).toEqual([])
  const again = await hold(sessions, asked[0] as ReturnType<typeof of>)
  expect([...listening]).toEqual([again.id])
  await again.end()
})

it.each([true, false])(
  'waits for an event stream that is slow to open where streams open at once: %s',
  async (atOnce) => {
    const slow = Promise.withResolvers<void>()
    opening = slow.promise
    const sessions = await start({}, atOnce)
    let isUsed = false
    const used = sessions.use(of('a', 1, '{"roots":{}}'), async () => {
      isUsed = true
    })
    await until(() => listening.size > 0, 'the stream is asked for')
    // Longer than a call waits for a stream that may never say that it is open.
    await sleep(300)
    expect(isUsed).toBe(!atOnce)
    slow.resolve()
    await used
  },
)

it('is opened again when the upstream has forgotten it, once for all calls that find out', async () => {
  const sessions = await start()
  const opened: unknown[] = []
  const lose = (session: LegacySession, forget: () => void) => {
    opened.push(session.id)
    forget()
    return Promise.resolve()
  }
  await Promise.all([sessions.use(of('a'), lose), sessions.use(of('a'), lose)])
  const after = await sessions.use(of('a'), idOf)
  expect(new Set(opened).size).toBe(1)
  expect(opened).not.toContain(after)
})

it('ends what is idle when the connection is closed, and lets calls go on', async () => {
  const sessions = await start()
  const busy = await hold(sessions, of('a'))
  await sessions.use(of('b'), idOf)
  closing.abort()
  await sessions.end()
  expect(ended).toHaveLength(2)
  expect(ended).not.toContain(busy.id)
  await busy.end()
})
