/** `causeway stdio` as a process: what it makes of bad lines, of each era's messages, and of lost sessions. */
import { describe, expect, it } from 'vitest'
import { until } from './support/start-gateway.ts'
import { MODERN_META } from './support/stdio-process.ts'
import { callOf, ping, useStdioStage } from './support/stdio-stage.ts'

const stage = useStdioStage()

describe('lines', () => {
  const stdio = stage.shared()
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

  it('that are not UTF-8 are refused, and never sent with something else in place of what cannot be read', async () => {
    const seen = stage.scripted.received.length
    const call = JSON.stringify(callOf('latin', 'up__marked', { text: 'caf\u00e9' }, MODERN_META))
    stdio().send(Buffer.from(call, 'latin1'))
    expect((await stdio().answer('latin')).error).toMatchObject({ code: -32700 })
    expect(stage.scripted.received.length).toBe(seen)
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
    const seen = stage.scripted.received.length
    stdio().send(
      `{"jsonrpc":"2.0","id":12345678901234567890,"method":"tools/call","params":{"name":"up__marked","arguments":{"n":1.0,"b":12345678901234567890},"_meta":${JSON.stringify(MODERN_META)}}}`,
    )
    await until(() => stage.scripted.received.length > seen, 'the call has arrived')
    expect(stage.scripted.received.at(-1)?.text).toContain('"arguments":{"n":1.0,"b":12345678901234567890}')
    expect(stage.scripted.received.at(-1)?.idText).toBe('12345678901234567890')
  })
})

describe('the modern era', () => {
  const stdio = stage.shared()
  it('repeats in headers what a tool marks, learned when the gateway asks for it', async () => {
    const call = (id: number) =>
      stdio().modern(id, 'tools/call', { name: 'up__marked', arguments: { region: 'Ünited', plain: 'p' } })
    for (const id of [1, 2]) {
      expect((await call(id)).error).toBeUndefined()
      expect(stage.scripted.received.at(-1)?.headers['mcp-param-region']).toMatch(/^=\?base64\?/)
    }
  })

  it('cancels by message: the upstream sees its stream closed, and the client hears nothing more of it', async () => {
    let isClosed = false
    stage.scripted.answers.set('hang', (_request, response) => {
      response.once('close', () => {
        isClosed = true
      })
    })
    const seen = stage.scripted.received.length
    stdio().send(callOf('stuck', 'up__hang', {}, MODERN_META))
    await until(() => stage.scripted.received.length > seen, 'the call has arrived')
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
    await stage.gateway.restart()
    // What may have changed meanwhile is told once the stream is open again.
    await until(() => of('notifications/resources/updated').length > 0, 'it listens again')
    stage.legacy.addTool('heard_later')
    await until(() => of('notifications/tools/list_changed').length > 0, 'the change was heard')
    expect(of('notifications/tools/list_changed')[0]?.params?._meta).toEqual({
      'io.modelcontextprotocol/subscriptionId': 'ears',
    })
    expect(of('notifications/subscriptions/acknowledged')).toHaveLength(1)
    stdio().send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'ears' } })
    await until(() => stage.gateway.listening.gateway.streams.size === 0, 'the stream is closed')
    expect(stdio().lines.filter(({ id }) => id === 'ears')).toEqual([])
  })
})

describe('the legacy era', () => {
  it('opens its session again when the gateway has forgotten it', async () => {
    const stdio = stage.start()
    expect((await stdio.initialize()).result).toMatchObject({ protocolVersion: '2025-11-25' })
    await until(() => stage.gateway.listening.gateway.streams.size === 1, 'its stream is open')
    const [stream] = stage.gateway.listening.gateway.streams
    stage.gateway.listening.gateway.sessions.end(stream?.session as number)
    stdio.send(callOf(1, 'old__echo', { message: 'hi' }))
    expect((await stdio.answer(1)).result?.content).toEqual([{ type: 'text', text: 'legacy: hi' }])
    await until(() => stage.gateway.listening.gateway.streams.size === 1, 'its stream is open again')
    expect(stdio.lines.filter(({ id }) => id === 'init')).toHaveLength(1)
  })

  it('ends its session and cancels what is under way when the client goes', async () => {
    const stdio = stage.start()
    await stdio.initialize()
    stdio.send(callOf(1, 'old__slow', { name: 'left behind', steps: 1_000, stepMs: 10 }, { progressToken: 1 }))
    await until(() => stdio.lines.some(({ method }) => method === 'notifications/progress'), 'the call is under way')
    stdio.kill('SIGTERM')
    expect(await stdio.exited).toEqual([0, null])
    await until(() => stage.legacy.cancelled.includes('left behind'), 'the upstream heard of it')
    expect(stage.gateway.listening.gateway.streams.size).toBe(0)
    expect(stage.impersonations()).toEqual([])
  })
})

it('serves one upstream under its own names', async () => {
  const stdio = stage.start(['--url', `${stage.gateway.url}/s/old/mcp`], { CAUSEWAY_KEY: stage.key })
  stdio.send(callOf(1, 'echo', { message: 'hi' }))
  expect((await stdio.answer(1)).result?.content).toEqual([{ type: 'text', text: 'legacy: hi' }])
})
