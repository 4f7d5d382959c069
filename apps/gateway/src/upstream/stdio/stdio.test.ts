/** The pipes of a child: whatever it writes harms its own calls alone, and each call ends with an answer or a code of its own. */
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Connection, UpstreamCall } from '../connection.ts'
import { OWN_CALL } from '../own-call.ts'
import { sessionKeyOf } from '../session-key.ts'
import { withProgressToken } from '../with-progress-token.ts'
import { type Child, startChild } from './child.ts'
import { connectStdio } from './stdio.ts'

const FIXTURE = join(import.meta.dirname, '../../../test/fixtures/faulty-stdio.ts')
const log = pino({ level: 'silent' })
const signal = new AbortController().signal
let child: Child
let connection: Connection

beforeEach(async () => {
  child = startChild({ command: process.execPath, args: [FIXTURE], env: {}, log })
  const options = { upstream: 'pipe', era: 'auto' as const, maxResultBytes: 128 * 1024, signal, log }
  connection = await connectStdio(child, options)
})
afterEach(() => connection.close())

const call = (name: string, more: Partial<UpstreamCall> = {}, meta = '{}') =>
  connection.call({
    ...OWN_CALL,
    idText: '"agent"',
    method: 'tools/call',
    params: `{"name":"${name}","_meta":${meta}}`,
    signal: AbortSignal.timeout(5_000),
    maxBytes: 128 * 1024,
    ...more,
  })
const textOf = async (answer: ReturnType<typeof call>) => {
  const { result } = await answer
  return (result!.content as { text: string }[]).map((each) => each.text).join('')
}

it('finds the legacy era', () => {
  expect(connection.identity).toMatchObject({ era: 'legacy', name: 'faulty' })
})

describe('answers', () => {
  it('find their calls, however many are under way', async () => {
    const answers = await Promise.all(['well', 'chatty', 'reports'].map((name) => textOf(call(name))))
    expect(answers).toEqual(['well', 'chatty', 'reported'])
  })

  it('may come in pieces that cut a character in two', async () => {
    expect(await textOf(call('slowly'))).toBe('slówly')
  })

  it.each([
    ['truncated', 'upstream_invalid'],
    ['not_rpc', 'upstream_invalid'],
    ['large', 'result_too_large'],
    ['oversize', 'result_too_large'],
  ])('that are "%s" fail their own call alone, with %s', async (name, code) => {
    const hanging = call('hangs', { signal: AbortSignal.timeout(300) })
    hanging.catch(() => {})
    await expect(call(name)).rejects.toMatchObject({ code })
    expect(await textOf(call('well'))).toBe('well')
    await expect(hanging).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  it('without an end are given up within bounds', async () => {
    const before = process.memoryUsage().rss
    await expect(call('endless')).rejects.toMatchObject({ code: 'result_too_large' })
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024)
  })

  it('with ids that nobody could write harm nobody', async () => {
    expect(await textOf(call('deep'))).toBe('survived')
  })
})

describe('notifications', () => {
  it('that say something twice are read as whoever parses them reads them', async () => {
    const heard: string[] = []
    const onNotification = (text: string) => void heard.push(withProgressToken(text, '"mine"'))
    expect(await textOf(call('doubled', { progressToken: '7', onNotification }, '{"progressToken":7}'))).toBe('doubled')
    expect(heard.map((text) => JSON.parse(text).params)).toEqual([{ progressToken: 'mine' }, { progressToken: 'mine' }])
  })

  it('that nobody can relay end neither the call nor the gateway', async () => {
    const onNotification = () => {
      throw new Error('cannot relay')
    }
    const answer = call('reports', { progressToken: '7', onNotification }, '{"progressToken":7}')
    expect(await textOf(answer)).toBe('reported')
  })
})

describe('the end', () => {
  it('of the child fails what is under way, which may have taken effect, and what comes after, which has not', async () => {
    await expect(call('dies')).rejects.toMatchObject({ code: 'upstream_unavailable', detail: { retryable: false } })
    expect(await connection.ended).toBe('it ended with code 7')
    await expect(call('well')).rejects.toMatchObject({ code: 'upstream_unavailable', detail: { retryAfterMs: 1_000 } })
  })

  it('of its output alone is its end too', async () => {
    await expect(call('falls_silent')).rejects.toMatchObject({ code: 'upstream_unavailable' })
    expect(await connection.ended).toBe('it closed its output')
  })
})

describe('a call', () => {
  it('hears its own progress, and no other call does', async () => {
    const heard: string[] = []
    const onNotification = (text: string) => void heard.push(text)
    const others = { onNotification: () => void heard.push('other') }
    await Promise.all([
      call('reports', { progressToken: '7', onNotification }, '{"progressToken":7}'),
      call('slowly', { progressToken: '8', ...others }),
    ])
    expect(heard.map((text) => JSON.parse(text).params)).toEqual([
      { progressToken: 7, progress: 1 },
      { progressToken: 7, progress: 2 },
    ])
  })

  it('that is given up is cancelled at the child', async () => {
    const abort = new AbortController()
    const hanging = call('hangs', { signal: abort.signal })
    abort.abort(new Error('given up'))
    await expect(hanging).rejects.toThrow('given up')
    expect(await textOf(call('tells_cancelled'))).toMatch(/^\d+$/)
  })

  it('whose child asks a question goes on, because the question is refused', async () => {
    expect(await textOf(call('asks'))).toBe('answered -32601')
  })
})

describe("a child of one caller's own", () => {
  const own = async (capabilities: string) => {
    await connection.close()
    const child = startChild({ command: process.execPath, args: [FIXTURE], env: {}, log })
    const options = { upstream: 'pipe', era: 'legacy' as const, maxResultBytes: 128 * 1024, signal, log }
    return connectStdio(child, { ...options, callerCapabilities: capabilities })
  }
  const sessionKey = sessionKeyOf({ caller: 'ops', session: null }, '{}')

  it('asks its caller, and is answered under the id that it gave, whatever that is', async () => {
    connection = await own('{"roots":{}}')
    let count = 0
    const onRequest: UpstreamCall['onRequest'] = async ({ method, params }) =>
      count++ === 0 ? { error: '{"code":-1,"message":"no"}' } : { result: `{"asked":"${method} ${params}"}` }
    const asked = '"result":{"asked":"roots/list {}"}'
    expect((await textOf(call('asks_oddly', { sessionKey, onRequest }))).split('\n')).toEqual([
      '{"jsonrpc":"2.0","id":0,"error":{"code":-1,"message":"no"}}',
      `{"jsonrpc":"2.0","id":"",${asked}}`,
      `{"jsonrpc":"2.0","id":9007199254740993,${asked}}`,
    ])
  })

  it('is answered with an error when its caller can not be asked', async () => {
    connection = await own('{}')
    const onRequest = () => Promise.reject(new Error('given up'))
    expect(await textOf(call('asks', { sessionKey, onRequest }))).toBe('answered -32601')
  })
})

it('refuses calls to a child that stopped reading, and takes it for ended after a while', async () => {
  const code = `
    process.stdin.once('data', () => {
      const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'deaf', version: '1' } }
      console.log(JSON.stringify({ jsonrpc: '2.0', id: 1, result }))
      process.stdin.pause()
      setInterval(() => {}, 1000)
    })`
  const deaf = startChild({ command: process.execPath, args: ['-e', code], env: {}, log })
  const inputLimits = { maxBytes: 1024 * 1024, stallMs: 500 }
  const options = { upstream: 'deaf', era: 'legacy' as const, maxResultBytes: 1024, signal, log, inputLimits }
  const pipe = await connectStdio(deaf, options)
  const loud = () => {
    const params = JSON.stringify({ name: 'any', arguments: { big: 'x'.repeat(600_000) } })
    return pipe.call({ ...OWN_CALL, idText: '1', method: 'tools/call', params, signal: AbortSignal.timeout(5_000) })
  }
  const ends = await Promise.allSettled([loud(), loud(), loud(), loud()])
  const told = ends.map((end) => end.status === 'rejected' && [end.reason.code, end.reason.detail.retryable])
  expect(told.slice(0, 2)).toEqual(Array(2).fill(['upstream_unavailable', false]))
  expect(told.at(-1)).toEqual(['upstream_overloaded', undefined])
  expect(await pipe.ended).toBe('it stopped reading its input')
  await pipe.close()
})

it('takes silence for the legacy era', async () => {
  const hears = `require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method } = JSON.parse(line)
    const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'shy', version: '1' } }
    if (method === 'initialize') console.log(JSON.stringify({ jsonrpc: '2.0', id, result }))
  })`
  const shy = startChild({ command: process.execPath, args: ['-e', hears], env: {}, log })
  const signal = new AbortController().signal
  const options = { upstream: 'pipe', era: 'auto' as const, maxResultBytes: 1024, signal, log, probeMs: 50 }
  const pipe = await connectStdio(shy, options)
  expect(pipe.identity).toMatchObject({ era: 'legacy', name: 'shy' })
  await pipe.close()
})

it('ends the attempt to connect when it is told to', async () => {
  const silent = startChild({ command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'], env: {}, log })
  const stopping = new AbortController()
  const options = { upstream: 'pipe', era: 'auto' as const, maxResultBytes: 1024, signal: stopping.signal, log }
  const connecting = connectStdio(silent, options)
  stopping.abort(new Error('stopped'))
  await expect(connecting).rejects.toThrow('stopped')
  await silent.stop()
})

it('puts another progress token into a notification and leaves the rest as it stood', () => {
  const text =
    '{"method":"notifications/progress", "params":{"progress":1.0,"progressToken":7,"x":[1e400]},"jsonrpc":"2.0"}'
  expect(withProgressToken(text, '"mine"')).toBe(
    '{"method":"notifications/progress", "params":{"progress":1.0,"progressToken":"mine","x":[1e400]},"jsonrpc":"2.0"}',
  )
  expect(withProgressToken('{"params":{"progressToken":1},"params":[7]}', '2')).toBe(
    '{"params":{"progressToken":1},"params":[7]}',
  )
})
