/** How `causeway stdio` lives with ends: of the gateway, of the client's side, of credentials, and its own. */
import { describe, expect, it } from 'vitest'
import { sendResult } from './fixtures/scripted-upstream.ts'
import { freePort } from './support/free-port.ts'
import { isRunning } from './support/is-running.ts'
import { until } from './support/start-gateway.ts'
import { stdioCommand } from './support/stdio-command.ts'
import { MODERN_META, startStdio } from './support/stdio-process.ts'
import { callOf, ping, useStdioStage } from './support/stdio-stage.ts'

const stage = useStdioStage()

describe('a gateway that goes away', () => {
  it('fails a call under way once and clearly, and serves the next', async () => {
    const stdio = stage.startRemote()
    stage.scripted.answers.set('hang', () => {})
    const seen = stage.scripted.received.length
    for (const [id, meta] of [
      ['modern', MODERN_META],
      ['legacy', undefined],
    ] as const)
      stdio.send(callOf(id, 'up__hang', {}, meta))
    await until(() => stage.scripted.received.length === seen + 2, 'the calls have arrived')
    await stage.proxy.cut()
    for (const id of ['modern', 'legacy']) {
      const { error } = await stdio.answer(id)
      expect(error).toMatchObject({ code: -32603, data: { code: 'gateway_unreachable', retryable: false } })
      expect(error?.message).toContain('Cannot tell how the request ended')
    }
    stdio.send(ping('next'))
    expect((await stdio.answer('next')).result).toEqual({})
    expect(stdio.lines.filter(({ id }) => id === 'modern')).toHaveLength(1)
    expect(stage.scripted.received.length).toBe(seen + 2)
  })

  it('is waited for while nothing was sent', async () => {
    const stdio = stage.startRemote()
    stdio.send(ping('before'))
    await stdio.answer('before')
    await stage.proxy.cut(true)
    stdio.send(ping('while'))
    await new Promise((resolve) => setTimeout(resolve, 700))
    await stage.proxy.back()
    expect((await stdio.answer('while')).result).toEqual({})
  })

  // It is waited for, for seconds.
  it('and does not come back is named, with the next step', async () => {
    const port = await freePort()
    const stdio = startStdio(stdioCommand(stage.gateway), { CAUSEWAY_PORT: String(port) })
    stdio.send(ping(1))
    const { error } = await stdio.answer(1)
    expect(error).toMatchObject({ code: -32603, data: { code: 'gateway_unreachable' } })
    expect(error?.message).toContain(`Cannot reach the gateway at "http://127.0.0.1:${port}"`)
    expect(error?.data?.hint).toContain('npm start')
    stdio.end()
    expect(await stdio.exited).toEqual([4, null])
    expect(stdio.stderr()).toContain('npm start')
  }, 15_000)
})

describe('a client that closes its side while it still waits', () => {
  it('is answered all the same, and told when the gateway was never there', async () => {
    const port = await freePort()
    const stdio = startStdio(stdioCommand(stage.gateway), { CAUSEWAY_PORT: String(port) })
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
    const stdio = stage.start()
    // Only within a session can the gateway be told that nobody waits any more.
    if (era === 'legacy') await stdio.initialize()
    stage.scripted.answers.set('hang', () => {})
    const seen = stage.scripted.received.length
    stdio.send(callOf('long', 'up__hang', {}, meta))
    await until(() => stage.scripted.received.length > seen, 'the call has arrived')
    stdio.end()
    expect(await stdio.exited).toEqual([0, null])
    expect(stdio.lines.filter(({ id }) => id === 'long')).toMatchObject([
      { error: { data: { code: 'unfinished', retryable: false } } },
    ])
  })
})

describe('credentials', () => {
  it('that have ended are made to live on', async () => {
    const stdio = stage.start()
    stdio.send(ping(1))
    await stdio.answer(1)
    const [issued] = stage.impersonations()
    stage.gateway.listening.store.apiKeys.shorten(issued?.keyId as string, Date.now() - 1)
    stdio.send(ping(2))
    expect((await stdio.answer(2)).result).toEqual({})
    stage.gateway.listening.store.apiKeys.sweep(Date.now() + 3_600_000)
    expect(stage.impersonations()).toEqual([])
    stdio.send(ping(3))
    expect((await stdio.answer(3)).result).toEqual({})
  })

  it('that were revoked stay so', async () => {
    const stdio = stage.start()
    stdio.send(ping(1))
    await stdio.answer(1)
    stage.gateway.listening.store.apiKeys.revoke(stage.impersonations()[0]?.keyId as string, Date.now())
    stdio.send(ping(2))
    expect((await stdio.answer(2)).error).toMatchObject({ code: -32603, data: { code: 'unauthorized' } })
  })

  it('that nobody knows end in exit code 3', async () => {
    const stdio = startStdio(stdioCommand(stage.gateway, ['--url', stage.gateway.url]), {
      CAUSEWAY_KEY: `${stage.key}x`,
    })
    stdio.send(ping(1))
    expect((await stdio.answer(1)).error?.data?.code).toBe('unauthorized')
    stdio.end()
    expect(await stdio.exited).toEqual([3, null])
  })
})

describe('its end', () => {
  it('comes with the end of its input, after the last answers', async () => {
    const stdio = stage.start()
    stdio.send(ping('last'))
    stdio.end()
    expect(await stdio.exited).toEqual([0, null])
    expect(stdio.lines.map(({ id }) => id)).toEqual(['last'])
    expect(stage.impersonations()).toEqual([])
  })

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'comes with %s, although a listen is open and nobody reads',
    async (signal) => {
      const stdio = stage.start()
      stdio.send({
        jsonrpc: '2.0',
        id: 'ears',
        method: 'subscriptions/listen',
        params: { notifications: { toolsListChanged: true }, _meta: MODERN_META },
      })
      await until(() => stdio.lines.length > 0, 'it is acknowledged')
      stage.scripted.answers.set('marked', ({ idText }, response) =>
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
      await until(() => stage.gateway.listening.gateway.streams.size === 0, 'the stream is closed')
    },
  )
})
