/** Upstreams that hang, die, lie or flood: each harms its own calls alone, is named with a reason, and joins when it is well. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FAULTS, SECRET } from './fixtures/faults.ts'
import {
  bareTool,
  events,
  json,
  legacy,
  modern,
  resultOf,
  type Script,
  type ScriptedPort,
  startScripts,
} from './fixtures/scripted-upstream.ts'
import { connectV1, connectV2, post, postModern } from './support/clients.ts'
import { freePort } from './support/free-port.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

const never: Script = () => {}
let raw: ScriptedPort
let restless: ScriptedPort
let gateway: StoryGateway
let key: string
let startMs: number
let deadPort: number

const mcp = () => `${gateway.url}/mcp`
const call = (name: string) => postModern(mcp(), key, 'tools/call', { name, arguments: {} })
const listed = async () => {
  const { json: answer } = await postModern(mcp(), key, 'tools/list')
  return (answer!.result!.tools as { name: string }[]).map((tool) => tool.name)
}
const readiness = async () =>
  (await (await fetch(`${gateway.url}/readyz`)).json()) as {
    ok: boolean
    upstreams: Record<string, { state: string; reason?: string; tools: number }>
  }

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const startedAt = performance.now()
  return { value: await work(), ms: performance.now() - startedAt }
}

const faulty = modern({
  lists: () => ({ tools: ['never', 'asks', ...Object.keys(FAULTS)].map(bareTool) }),
  on: {
    'tools/call': (request, response) => {
      const name = String(request.params.name)
      if (name === 'asks')
        json(response, resultOf(request.id, { resultType: 'input_required', inputRequests: {}, requestState: 'x' }))
      else FAULTS[name]?.answer(request, response)
    },
  },
})

beforeAll(async () => {
  raw = await startScripts({
    hung: never,
    stuck: modern({ on: { 'tools/list': never } }),
    page: (_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Welcome</h1>'),
    refusing: (_, response) => response.writeHead(403).end(),
    fine: modern({}),
    faulty,
  })
  restless = await startScripts({ restless: modern({}) })
  deadPort = await freePort()
  const { value, ms } = await timed(() =>
    startGateway({
      upstreams: {
        hung: { url: raw.url('hung') },
        dead: { url: `http://127.0.0.1:${deadPort}/dead/mcp` },
        stuck: { url: raw.url('stuck'), timeout: '1s' },
        page: { url: raw.url('page') },
        refusing: { url: raw.url('refusing') },
        missing: { command: ['no-such-program-anywhere'] },
        fine: { url: raw.url('fine') },
        restless: { url: restless.url('restless') },
        notes: { run: join(import.meta.dirname, 'fixtures/notes') },
        faulty: { url: raw.url('faulty'), maxResultBytes: '64KiB', tools: { never: { timeout: '300ms' } } },
        narrow: { url: raw.url('faulty'), concurrency: 1, timeout: '1s' },
      },
    }),
  )
  gateway = value
  startMs = ms
  key = gateway.key('ops')
  await gateway.ready('fine', 'restless', 'notes', 'faulty', 'narrow')
})
afterAll(async () => {
  const { ms } = await timed(() => gateway.close())
  await Promise.all([raw.close(), restless.close()])
  expect(ms).toBeLessThan(3_000)
})

describe('upstreams that are down', () => {
  it(verifies('reliability.bulkhead', 'delay neither the start nor lists nor calls to others'), async () => {
    expect(startMs).toBeLessThan(2_000)
    const lists = await timed(listed)
    expect(lists.value).toContain('fine__hello')
    expect(lists.ms).toBeLessThan(500)
    const calls = await timed(() => call('notes__who_calls'))
    expect(calls.value.json?.result?.isError).toBeUndefined()
    expect(calls.ms).toBeLessThan(1_000)
  })

  it('are named by /readyz with a reason, while the gateway is ready', async () => {
    const isDown = async () => {
      const { upstreams } = await readiness()
      return ['hung', 'dead', 'stuck', 'page', 'refusing', 'missing'].every((id) => upstreams[id]?.state === 'down')
    }
    await until(isDown, 'all of them are known to be down')
    const { ok, upstreams } = await readiness()
    expect(ok).toBe(true)
    expect(upstreams).toMatchObject({
      hung: { reason: 'it did not answer in time', tools: 0 },
      dead: { reason: 'the connection was refused' },
      stuck: { reason: 'no answer to tools/list in 1 s' },
      page: { reason: 'its answer is not JSON' },
      refusing: { reason: "it refused the gateway's credential" },
      missing: { reason: 'it could not be started (ENOENT)' },
      fine: { state: 'ready', tools: 1 },
    })
  })

  it('join when they come back', async () => {
    const late = await startScripts({ dead: modern({}) }, deadPort)
    raw.scripts.hung = modern({})
    raw.scripts.stuck = modern({})
    await gateway.ready('dead', 'hung', 'stuck')
    expect(await listed()).toEqual(expect.arrayContaining(['dead__hello', 'hung__hello', 'stuck__hello']))
    expect((await call('dead__hello')).json?.result?.content).toEqual([{ type: 'text', text: 'hello' }])
    await late.close()
  })

  it('stay listed when they go again, refuse calls at once, and serve them when they are back', async () => {
    const { port } = restless
    await restless.close()
    const { value, ms } = await timed(() => call('restless__hello'))
    expect(value.json?.error).toMatchObject({ code: -32603, data: { code: 'upstream_unavailable' } })
    expect(ms).toBeLessThan(1_000)
    await until(async () => (await readiness()).upstreams.restless?.state === 'down', 'its end is noticed')
    expect(await listed()).toContain('restless__hello')
    expect((await readiness()).upstreams.restless).toMatchObject({ reason: 'the connection was refused', tools: 1 })
    restless = await startScripts({ restless: modern({}) }, port)
    await gateway.ready('restless')
    expect((await call('restless__hello')).json?.result).toBeDefined()
  })

  it('keep what is well about them: calls go on while the list alone is broken', async () => {
    raw.scripts.stuck = modern({ on: { 'tools/list': (_, response) => response.writeHead(503).end() } })
    gateway.listening.gateway.upstreams.get('stuck')?.onTrouble()
    await new Promise((resolve) => setTimeout(resolve, 800))
    expect((await call('stuck__hello')).json?.result).toBeDefined()
    expect(await listed()).toContain('stuck__hello')
    const { ok, upstreams } = await readiness()
    expect(ok).toBe(true)
    expect(upstreams.stuck).toMatchObject({ state: 'degraded', reason: 'it is overloaded', tools: 1 })
  })
})

describe('answers that go wrong', () => {
  it.each(Object.entries(FAULTS))(verifies('reliability.faults', '%s'), async (name, { code }) => {
    const { value, ms } = await timed(() => call(`faulty__${name}`))
    expect(value.status).toBe(200)
    expect(value.json).toMatchObject({ id: 1, error: { code: -32603, data: { code, upstream: 'faulty' } } })
    expect(`${value.text}${JSON.stringify([...value.headers])}`).not.toContain(SECRET)
    expect(ms).toBeLessThan(1_000)
  })

  it('says when to come back, and whether the call may have taken effect', async () => {
    const data = async (name: string) => (await call(`faulty__${name}`)).json?.error?.data
    expect(await data('http_429')).toMatchObject({ retryable: true, retryAfterMs: 7_000 })
    expect(await data('hung_up')).toMatchObject({ retryable: false, hint: expect.stringContaining('taken effect') })
    expect(await data('http_401')).toMatchObject({ retryable: true })
  })

  it(verifies('reliability.faults', 'ends a call that is never answered at its deadline'), async () => {
    const { value, ms } = await timed(() => call('faulty__never'))
    expect(value.json?.error?.data).toMatchObject({ code: 'upstream_timeout', retryable: false })
    expect(ms).toBeGreaterThan(290)
    expect(ms).toBeLessThan(1_000)
  })

  it('lets as many calls wait as run, and refuses the next at once', async () => {
    const slow = [call('narrow__never'), call('narrow__never')]
    const { bulkhead } = gateway.listening.gateway.upstreams.get('narrow')!
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(bulkhead.inFlight).toBe(1)
    const { json: refused } = await call('narrow__html')
    expect(refused?.error?.data).toMatchObject({ code: 'upstream_overloaded', retryable: true })
    expect(bulkhead.inFlight).toBe(1)
    const ended = await Promise.all(slow)
    expect(ended.map((each) => each.json?.error?.data?.code)).toEqual(['upstream_timeout', 'upstream_timeout'])
  })

  it('ends a call that is told to come back for ever, and leaves that to a modern agent itself', async () => {
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'faulty__asks', arguments: {} } }
    const legacy = await post(mcp(), key, JSON.stringify(body))
    expect(legacy.json?.error?.data).toMatchObject({ code: 'input_unsupported', upstream: 'faulty' })
    expect((await call('faulty__asks')).json?.result).toMatchObject({ resultType: 'input_required' })
  })

  it(verifies('reliability.bombs', 'keeps memory bounded under endless answers'), async () => {
    const before = process.memoryUsage().rss
    for (let round = 0; round < 5; round++) await Promise.all(Array.from({ length: 8 }, () => call('faulty__endless')))
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024)
  })

  it(verifies('reliability.faults', 'leaves everyone else unharmed'), async () => {
    for (const client of [await connectV1(mcp(), key), await connectV2(mcp(), key)]) {
      expect((await client.listTools()).tools.map((tool) => tool.name)).toContain('fine__hello')
      expect((await client.callTool({ name: 'notes__get_note', arguments: { name: 'hello' } })).isError).toBeFalsy()
      await client.close()
    }
  })
})

describe('a legacy upstream', () => {
  const text = (id: unknown, said: string) => resultOf(id, { content: [{ type: 'text', text: said }] })
  const nested = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
  const seen = new Set<string>()
  const answeredIds: unknown[] = []
  let answered = () => {}
  const CALLS: Record<string, Script> = {
    asks: ({ id }, response) => {
      const ask = (ids: string) => `{"jsonrpc":"2.0",${ids},"method":"sampling/createMessage","params":{}}`
      events(response, ask(`"id":${nested}`), ask(`"id":${nested},"id":"well"`), ask('"id":true'))
      answered = () => response.end(`data: ${text(id, 'asked')}\n\n`)
    },
    mistaken: (_, response) => events(response, text('another', SECRET)),
    early: (_, response) => {
      events(response)
      response.end()
    },
    forgetful: ({ id, headers }, response) => {
      const session = String(headers['mcp-session-id'])
      if (seen.size > 0 && !seen.has(session)) json(response, text(id, `in ${session}`))
      else response.writeHead(400).end('Bad Request: No valid session ID provided')
      seen.add(session)
    },
    lost: (_, response) => response.writeHead(404).end(),
  }
  let old: ScriptedPort
  let front: StoryGateway
  let agent: string
  const callOld = (name: string) => postModern(`${front.url}/mcp`, agent, 'tools/call', { name, arguments: {} })

  beforeAll(async () => {
    const answer: Script = (request, response) => CALLS[String(request.params.name)]?.(request, response)
    const plain = legacy(Object.keys(CALLS), { call: answer })
    old = await startScripts({
      old: (request, response) => {
        plain(request, response)
        if (request.method !== '') return
        answeredIds.push(request.id)
        answered()
      },
      slow: legacy(['any'], { open: never, call: answer }),
    })
    front = await startGateway({
      upstreams: { old: { url: old.url('old') }, slow: { url: old.url('slow'), timeout: '300ms' } },
    })
    agent = front.key('ops')
    await front.ready('old', 'slow')
  })
  afterAll(async () => {
    await front.close()
    await old.close()
  })

  it('is answered under ids that can be, and the call goes on', async () => {
    expect((await callOld('old__asks')).json?.result?.content).toEqual([{ type: 'text', text: 'asked' }])
    expect(answeredIds).toEqual(['well'])
  })

  it.each([
    ['mistaken', 'upstream_invalid'],
    ['early', 'upstream_invalid'],
    ['lost', 'upstream_invalid'],
  ])('fails a call that it answers "%s" at once', async (name, code) => {
    const { value, ms } = await timed(() => callOld(`old__${name}`))
    expect(value.json?.error?.data).toMatchObject({ code, upstream: 'old' })
    expect(value.text).not.toContain(SECRET)
    expect(ms).toBeLessThan(1_000)
  })

  it('is called again in a new session when it says in its own words that it lost the old one', async () => {
    const { json: answer } = await callOld('old__forgetful')
    expect(answer?.result?.content).toEqual([{ type: 'text', text: expect.stringMatching(/^in session-\d$/) }])
  })

  it('that does not open a session fails the call at its own deadline', async () => {
    const { value, ms } = await timed(() => callOld('slow__any'))
    expect(value.json?.error?.data).toMatchObject({ code: 'upstream_timeout', upstream: 'slow' })
    expect(ms).toBeLessThan(1_000)
  })
})
