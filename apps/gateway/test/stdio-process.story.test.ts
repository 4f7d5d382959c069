/** `causeway stdio` as a process: what it makes of bad lines, lost sessions, a gateway that goes, credentials that end, and its own end. */
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type LegacyUpstream, startLegacyUpstream } from './fixtures/legacy-upstream.ts'
import { type ScriptedUpstream, sendResult, startScriptedUpstream } from './fixtures/scripted-upstream.ts'
import { type CuttableProxy, startCuttableProxy } from './support/cuttable-proxy.ts'
import { freePort } from './support/free-port.ts'
import { isRunning } from './support/is-running.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'
import { stdioCommand } from './support/stdio-command.ts'
import { MODERN_META, type StdioProcess, startStdio } from './support/stdio-process.ts'

const MARKED = {
  type: 'object',
  properties: { region: { type: 'string', 'x-mcp-header': 'Region' }, plain: { type: 'string' } },
}

let legacy: LegacyUpstream
let scripted: ScriptedUpstream
let gateway: StoryGateway
let proxy: CuttableProxy
let key: string
beforeAll(async () => {
  legacy = await startLegacyUpstream()
  scripted = await startScriptedUpstream({
    tools: [
      { name: 'marked', inputSchema: MARKED },
      { name: 'hang', inputSchema: { type: 'object' } },
    ],
  })
  gateway = await startGateway({
    upstreams: {
      notes: { run: join(import.meta.dirname, 'fixtures/notes') },
      old: { url: legacy.url },
      up: { url: scripted.url },
    },
  })
  await gateway.ready('notes', 'old', 'up')
  key = gateway.key('ops')
  proxy = await startCuttableProxy(gateway.url)
})
afterAll(async () => {
  await proxy.close()
  // Calls that hang there would hold up the end of the gateway.
  await scripted.close()
  await gateway.close()
  await legacy.close()
})

const running: StdioProcess[] = []
afterEach(async () => {
  for (const each of running.splice(0)) {
    each.end()
    await each.exited
    expect(isRunning(each.pid)).toBe(false)
  }
})
function start(args?: readonly string[], env?: Record<string, string>): StdioProcess {
  const started = startStdio(stdioCommand(gateway, args), env)
  running.push(started)
  return started
}
/** One process for all stories of a block. */
function shared(): () => StdioProcess {
  let stdio: StdioProcess
  beforeAll(() => {
    stdio = startStdio(stdioCommand(gateway))
  })
  afterAll(async () => {
    stdio.end()
    await stdio.exited
  })
  return () => stdio
}
/** Through the proxy, with the agent's own key and no configuration. */
const startRemote = () => start(['--url', proxy.url], { CAUSEWAY_KEY: key })
const ping = (id: unknown) => ({ jsonrpc: '2.0', id, method: 'ping' })
const callOf = (id: unknown, name: string, args: object, _meta?: object) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args, ...(_meta ? { _meta } : {}) },
})
const impersonations = () => gateway.listening.store.apiKeys.list().filter(({ origin }) => origin === 'impersonation')

describe('lines', () => {
  const stdio = shared()
  it('that are no messages are answered, and what follows is served', async () => {
    for (const line of [
      '{',
      'Hello',
      '',
      '   ',
      '[]',
      '7',
      'null',
      '{"jsonrpc":"2.0"}',
      '{"jsonrpc":"1.0","id":"old"}',
    ])
      stdio().send(line)
    stdio().send('{"jsonrpc":"2.0","id":"twice","id":"twice","method":"ping"}')
    stdio().send('[{"jsonrpc":"2.0","id":1,"method":"ping"}]')
    stdio().send(ping('after'))
    expect((await stdio().answer('after')).result).toEqual({})
    const codes = stdio()
      .lines.filter(({ error }) => error)
      .map(({ error, id }) => [error?.code, id])
    expect(codes).toEqual([
      [-32700, undefined],
      [-32700, undefined],
      [-32600, undefined],
      [-32600, undefined],
      [-32600, undefined],
      [-32600, undefined],
      [-32600, 'old'],
      [-32600, 'twice'],
      [-32600, undefined],
    ])
  })

  it('past the bound are answered with their id, and what follows is served', async () => {
    const large = 'x'.repeat(5 * 1024 * 1024)
    stdio().send(callOf('first', 'old__echo', { message: large }))
    stdio().send(`{"method":"tools/call","params":{"name":"${large}"},"jsonrpc":"2.0","id":42}`)
    stdio().send(ping('after too'))
    for (const id of ['first', 42]) expect((await stdio().answer(id)).error?.message).toContain('larger than')
    expect((await stdio().answer('after too')).result).toEqual({})
  })

  it.each([
    ['modern', MODERN_META],
    ['legacy', {}],
  ])('come in order: the progress of a call, then its answer (%s)', async (_era, meta) => {
    const tools = { notes__work_slowly: { step_ms: 5 }, old__slow: { stepMs: 5 } }
    for (const [name, args] of Object.entries(tools))
      stdio().send(callOf(name, name, { name, steps: 3, ...args }, { ...meta, progressToken: name }))
    for (const name of Object.keys(tools)) {
      await stdio().answer(name)
      const own = stdio().lines.filter(({ id, params }) => id === name || params?.progressToken === name)
      expect(own.map(({ params }) => params?.progress)).toEqual([1, 2, 3, undefined])
    }
  })

  it('keep ids and numbers as they are written', async () => {
    const seen = scripted.received.length
    stdio().send(
      `{"jsonrpc":"2.0","id":12345678901234567890,"method":"tools/call","params":{"name":"up__marked","arguments":{"n":1.0,"b":12345678901234567890},"_meta":${JSON.stringify(MODERN_META)}}}`,
    )
    await until(() => scripted.received.length > seen, 'the call has arrived')
    expect(scripted.received.at(-1)?.text).toContain('"arguments":{"n":1.0,"b":12345678901234567890}')
    expect(scripted.received.at(-1)?.idText).toBe('12345678901234567890')
  })
})

describe('the modern era', () => {
  const stdio = shared()
  it('repeats in headers what a tool marks, learned when the gateway asks for it', async () => {
    const call = (id: number) =>
      stdio().modern(id, 'tools/call', { name: 'up__marked', arguments: { region: 'Ünited', plain: 'p' } })
    for (const id of [1, 2]) {
      expect((await call(id)).error).toBeUndefined()
      expect(scripted.received.at(-1)?.headers['mcp-param-region']).toMatch(/^=\?base64\?/)
    }
  })

  it('cancels by message: the upstream sees its stream closed, and the client hears nothing more of it', async () => {
    let isClosed = false
    scripted.answers.set('hang', (_request, response) => {
      response.once('close', () => {
        isClosed = true
      })
    })
    const seen = scripted.received.length
    stdio().send(callOf('stuck', 'up__hang', {}, MODERN_META))
    await until(() => scripted.received.length > seen, 'the call has arrived')
    stdio().send({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: 'stuck', _meta: MODERN_META },
    })
    await until(() => isClosed, 'the upstream heard of it')
    expect((await stdio().modern('after', 'tools/list')).result).toBeDefined()
    expect(stdio().lines.filter(({ id }) => id === 'stuck')).toEqual([])
  })

  it('holds a listen open over a restart, as one subscription', async () => {
    const of = (method: string) => stdio().lines.filter((line) => line.method === method)
    const filter = { toolsListChanged: true, resourceSubscriptions: ['note://index'] }
    const listen = { notifications: filter, _meta: MODERN_META }
    stdio().send({ jsonrpc: '2.0', id: 'ears', method: 'subscriptions/listen', params: listen })
    await until(() => of('notifications/subscriptions/acknowledged').length === 1, 'it is acknowledged')
    await gateway.restart()
    // What may have changed meanwhile is told once the stream is open again.
    await until(() => of('notifications/resources/updated').length > 0, 'it listens again')
    legacy.addTool('heard_later')
    await until(() => of('notifications/tools/list_changed').length > 0, 'the change was heard')
    expect(of('notifications/tools/list_changed')[0]?.params?._meta).toEqual({
      'io.modelcontextprotocol/subscriptionId': 'ears',
    })
    expect(of('notifications/subscriptions/acknowledged')).toHaveLength(1)
    stdio().send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'ears' } })
    await until(() => gateway.listening.gateway.streams.size === 0, 'the stream is closed')
    expect(stdio().lines.filter(({ id }) => id === 'ears')).toEqual([])
  })
})

describe('the legacy era', () => {
  it('opens its session again when the gateway has forgotten it', async () => {
    const stdio = start()
    expect((await stdio.initialize()).result).toMatchObject({ protocolVersion: '2025-11-25' })
    await until(() => gateway.listening.gateway.streams.size === 1, 'its stream is open')
    const [stream] = gateway.listening.gateway.streams
    gateway.listening.gateway.sessions.end(stream?.session as number)
    stdio.send(callOf(1, 'old__echo', { message: 'hi' }))
    expect((await stdio.answer(1)).result?.content).toEqual([{ type: 'text', text: 'legacy: hi' }])
    await until(() => gateway.listening.gateway.streams.size === 1, 'its stream is open again')
    expect(stdio.lines.filter(({ id }) => id === 'init')).toHaveLength(1)
  })

  it('ends its session and cancels what is under way when the client goes', async () => {
    const stdio = start()
    await stdio.initialize()
    stdio.send(callOf(1, 'old__slow', { name: 'left behind', steps: 1_000, stepMs: 10 }, { progressToken: 1 }))
    await until(() => stdio.lines.some(({ method }) => method === 'notifications/progress'), 'the call is under way')
    stdio.kill('SIGTERM')
    expect(await stdio.exited).toEqual([0, null])
    await until(() => legacy.cancelled.includes('left behind'), 'the upstream heard of it')
    expect(gateway.listening.gateway.streams.size).toBe(0)
    expect(impersonations()).toEqual([])
  })
})

describe('a gateway that goes away', () => {
  it('fails a call under way once and clearly, and serves the next', async () => {
    const stdio = startRemote()
    scripted.answers.set('hang', () => {})
    const seen = scripted.received.length
    for (const [id, meta] of [
      ['modern', MODERN_META],
      ['legacy', undefined],
    ] as const)
      stdio.send(callOf(id, 'up__hang', {}, meta))
    await until(() => scripted.received.length === seen + 2, 'the calls have arrived')
    await proxy.cut()
    for (const id of ['modern', 'legacy']) {
      const { error } = await stdio.answer(id)
      expect(error).toMatchObject({ code: -32603, data: { code: 'gateway_unreachable', retryable: false } })
      expect(error?.message).toContain('Cannot tell how the request ended')
    }
    stdio.send(ping('next'))
    expect((await stdio.answer('next')).result).toEqual({})
    expect(stdio.lines.filter(({ id }) => id === 'modern')).toHaveLength(1)
    expect(scripted.received.length).toBe(seen + 2)
  })

  it('is waited for while nothing was sent', async () => {
    const stdio = startRemote()
    stdio.send(ping('before'))
    await stdio.answer('before')
    await proxy.cut(true)
    stdio.send(ping('while'))
    await new Promise((resolve) => setTimeout(resolve, 700))
    await proxy.back()
    expect((await stdio.answer('while')).result).toEqual({})
  })

  it('and does not come back is named, with the next step', async () => {
    const port = await freePort()
    const stdio = startStdio(stdioCommand(gateway), { CAUSEWAY_PORT: String(port) })
    stdio.send(ping(1))
    const { error } = await stdio.answer(1)
    expect(error).toMatchObject({ code: -32603, data: { code: 'gateway_unreachable' } })
    expect(error?.message).toContain(`Cannot reach the gateway at "http://127.0.0.1:${port}"`)
    expect(error?.data?.hint).toContain('npm start')
    stdio.end()
    expect(await stdio.exited).toEqual([4, null])
    expect(stdio.stderr()).toContain('npm start')
  })
})

describe('a client that closes its side while it still waits', () => {
  it('is answered all the same, and told when the gateway was never there', async () => {
    const port = await freePort()
    const stdio = startStdio(stdioCommand(gateway), { CAUSEWAY_PORT: String(port) })
    stdio.send(ping(1))
    stdio.end()
    expect(await stdio.exited).toEqual([4, null])
    expect(stdio.lines).toMatchObject([{ id: 1, error: { data: { code: 'gateway_unreachable' } } }])
    expect(stdio.stderr()).toContain('npm start')
  })

  it.each([
    ['modern', MODERN_META],
    ['legacy', {}],
  ])('hears of what is not finished in time (%s)', async (era, meta) => {
    const stdio = start()
    // Only within a session can the gateway be told that nobody waits any more.
    if (era === 'legacy') await stdio.initialize()
    scripted.answers.set('hang', () => {})
    const seen = scripted.received.length
    stdio.send(callOf('long', 'up__hang', {}, meta))
    await until(() => scripted.received.length > seen, 'the call has arrived')
    stdio.end()
    expect(await stdio.exited).toEqual([0, null])
    expect(stdio.lines.filter(({ id }) => id === 'long')).toMatchObject([
      { error: { data: { code: 'unfinished', retryable: false } } },
    ])
  })
})

describe('credentials', () => {
  it('that have ended are made to live on', async () => {
    const stdio = start()
    stdio.send(ping(1))
    await stdio.answer(1)
    const [issued] = impersonations()
    gateway.listening.store.apiKeys.shorten(issued?.keyId as string, Date.now() - 1)
    stdio.send(ping(2))
    expect((await stdio.answer(2)).result).toEqual({})
    gateway.listening.store.apiKeys.sweep(Date.now() + 3_600_000)
    expect(impersonations()).toEqual([])
    stdio.send(ping(3))
    expect((await stdio.answer(3)).result).toEqual({})
  })

  it('that were revoked stay so', async () => {
    const stdio = start()
    stdio.send(ping(1))
    await stdio.answer(1)
    gateway.listening.store.apiKeys.revoke(impersonations()[0]?.keyId as string, Date.now())
    stdio.send(ping(2))
    expect((await stdio.answer(2)).error).toMatchObject({ code: -32603, data: { code: 'unauthorized' } })
  })

  it('that nobody knows end in exit code 3', async () => {
    const stdio = startStdio(stdioCommand(gateway, ['--url', gateway.url]), { CAUSEWAY_KEY: `${key}x` })
    stdio.send(ping(1))
    expect((await stdio.answer(1)).error?.data?.code).toBe('unauthorized')
    stdio.end()
    expect(await stdio.exited).toEqual([3, null])
  })
})

describe('its end', () => {
  it('comes with the end of its input, after the last answers', async () => {
    const stdio = start()
    stdio.send(ping('last'))
    stdio.end()
    expect(await stdio.exited).toEqual([0, null])
    expect(stdio.lines.map(({ id }) => id)).toEqual(['last'])
    expect(impersonations()).toEqual([])
  })

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'comes with %s, although a listen is open and nobody reads',
    async (signal) => {
      const stdio = start()
      stdio.send({
        jsonrpc: '2.0',
        id: 'ears',
        method: 'subscriptions/listen',
        params: { notifications: { toolsListChanged: true }, _meta: MODERN_META },
      })
      await until(() => stdio.lines.length > 0, 'it is acknowledged')
      scripted.answers.set('marked', ({ idText }, response) =>
        sendResult(response, idText, {
          content: [{ type: 'text', text: 'z'.repeat(1_000_000) }],
          resultType: 'complete',
        }),
      )
      stdio.pause(true)
      stdio.send(callOf('large', 'up__marked', {}, MODERN_META))
      await new Promise((resolve) => setTimeout(resolve, 300))
      stdio.kill(signal)
      await until(() => !isRunning(stdio.pid), 'the process has ended')
      stdio.pause(false)
      await until(() => gateway.listening.gateway.streams.size === 0, 'the stream is closed')
    },
  )
})

it('serves one upstream under its own names', async () => {
  const stdio = start(['--url', `${gateway.url}/s/old/mcp`], { CAUSEWAY_KEY: key })
  stdio.send(callOf(1, 'echo', { message: 'hi' }))
  expect((await stdio.answer(1)).result?.content).toEqual([{ type: 'text', text: 'legacy: hi' }])
})
