/** Children of single callers, real processes: who gets which, how many there may be, and what ends them. */
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, expect, it } from 'vitest'
import { isRunning } from '../../../test/support/is-running.ts'
import { until } from '../../../test/support/start-gateway.ts'
import { verifies } from '../../../test/support/verifies.ts'
import type { UpstreamCall } from '../connection.ts'
import { OWN_CALL } from '../own-call.ts'
import { sessionKeyOf } from '../session-key.ts'
import { CallerChildren, type ChildLimits } from './caller-children.ts'
import { type Child, startChild } from './child.ts'
import { connectStdio } from './stdio.ts'

const FIXTURE = join(import.meta.dirname, '../../../test/fixtures/faulty-stdio.ts')
const log = pino({ level: 'silent' })
const LIMITS: ChildLimits = { total: 3, perCaller: 2, idleMs: 60_000, sweepMs: 20, failedMs: 200 }
const started: Child[] = []
let children: CallerChildren

function holding(limits: Partial<ChildLimits> = {}, args = [FIXTURE]): void {
  started.length = 0
  children = new CallerChildren({
    upstream: 'pipe',
    limits: { ...LIMITS, ...limits },
    async start({ era, capabilities }, signal) {
      const child = startChild({ command: process.execPath, args, env: {}, log })
      started.push(child)
      try {
        const options = { upstream: 'pipe', maxResultBytes: 64 * 1024, log, signal }
        return await connectStdio(child, { ...options, era, callerCapabilities: capabilities })
      } catch (error) {
        await child.stop()
        throw error
      }
    },
  })
}
afterEach(() => children.end())

const call = (caller: string, tool = 'well', more: Partial<UpstreamCall> = {}) => {
  const { capabilities = '{}' } = more
  const sent = children.call(
    {
      ...OWN_CALL,
      idText: '1',
      method: 'tools/call',
      params: `{"name":"${tool}"}`,
      sessionKey: sessionKeyOf({ caller, session: null }, capabilities),
      signal: AbortSignal.timeout(10_000),
      ...more,
    },
    'legacy',
  )
  sent.catch(() => {})
  return sent
}
const running = () => started.filter(({ process }) => isRunning(process.pid as number)).length
const asElicitor = { capabilities: '{"elicitation":{}}' }

it('gives each caller its own, and one more for other capabilities', async () => {
  holding()
  await Promise.all([call('a'), call('a'), call('b'), call('b', 'well', asElicitor)])
  expect([children.size, running()]).toEqual([3, 3])
  await call('a')
  expect(started).toHaveLength(3)
})

it(
  verifies('reliability.stdio', 'ends the one used longest ago when there are too many, before it starts another'),
  async () => {
    holding()
    for (const caller of ['a', 'b', 'c', 'a', 'd']) await call(caller)
    expect([children.size, running()]).toEqual([3, 3])
    await call('a')
    expect(started).toHaveLength(4)
    await call('b')
    expect(started).toHaveLength(5)
  },
)

it('refuses a call when calls are under way in all of them, and never ends one of those', async () => {
  holding({ idleMs: 30 })
  const abort = new AbortController()
  const hanging = ['a', 'b', 'c'].map((caller) => call(caller, 'hangs', { signal: abort.signal }))
  await expect(call('d')).rejects.toMatchObject({
    code: 'upstream_overloaded',
    detail: { retryAfterMs: 1_000 },
    message: 'Cannot call upstream "pipe": calls are under way in all of its 3 children',
  })
  await until(() => running() === 3, 'they run')
  await new Promise((resolve) => setTimeout(resolve, 150))
  expect(running()).toBe(3)
  abort.abort(new Error('given up'))
  await Promise.allSettled(hanging)
  await until(() => children.size === 0 && running() === 0, 'they are ended, idle as they are now')
})

it('bounds those of one caller, so that others find room', async () => {
  holding()
  const abort = new AbortController()
  const busy = { signal: abort.signal }
  const hanging = [call('a', 'hangs', busy), call('a', 'hangs', { ...busy, ...asElicitor })]
  const third = call('a', 'well', { capabilities: '{"roots":{}}' })
  await expect(third).rejects.toMatchObject({ code: 'upstream_overloaded' })
  expect((await call('b')).result).toBeDefined()
  abort.abort(new Error('given up'))
  await Promise.allSettled(hanging)
})

it('ends with a crash the calls of its caller alone, and starts another for the next call', async () => {
  holding()
  const [hanging, other] = [call('a', 'hangs'), call('b', 'slowly')]
  await call('a')
  await expect(call('a', 'dies')).rejects.toMatchObject({ code: 'upstream_unavailable', detail: { retryable: false } })
  await expect(hanging).rejects.toMatchObject({ code: 'upstream_unavailable' })
  expect((await call('a')).result).toBeDefined()
  expect((await other).result).toBeDefined()
  expect(started).toHaveLength(3)
})

it('says of a call whose child could not be started that it was not sent, and does not start one with every call', async () => {
  holding({}, ['-e', 'process.exit(3)'])
  const refused = { code: 'upstream_unavailable', detail: { retryAfterMs: 1_000 } }
  const failure = await call('a').catch((error: unknown) => error)
  expect(failure).toMatchObject(refused)
  expect(failure).toMatchObject({ message: 'Cannot reach upstream "pipe": it ended with code 3' })
  expect((failure as { detail: object }).detail).not.toHaveProperty('retryable')
  await expect(call('a')).rejects.toMatchObject(refused)
  expect(started).toHaveLength(1)
  await until(() => children.size === 0, 'it may be tried again')
  await expect(call('a')).rejects.toMatchObject(refused)
  expect(started).toHaveLength(2)
})

it('tells its caller alone of changes in it, and of its end, which may be one', async () => {
  holding({ idleMs: 100 })
  const told: [string, boolean, boolean][] = []
  children.onResourceUpdated = (uri, isFor = () => true) => void told.push([uri, isFor('a'), isFor('b')])
  let lists = 0
  children.onListChanged = () => lists++
  await children.watch(new Map([['a', new Set(['x://1'])]]))
  expect(children.watches('x://1', 'a')).toBe(false)
  await call('a', 'changes')
  expect(told).toEqual([['x://1', true, false]])
  expect(lists).toBe(1)
  expect([children.watches('x://1', 'a'), children.watches('x://1', 'b')]).toEqual([true, false])
  await until(() => children.size === 0, 'it was idle for long enough')
  expect(told).toEqual(Array(2).fill(['x://1', true, false]))
})

it('ends all of them, with their calls, and takes no more', async () => {
  holding()
  const hanging = call('a', 'hangs')
  await call('b')
  await children.end()
  expect(running()).toBe(0)
  await expect(hanging).rejects.toMatchObject({ code: 'upstream_unavailable' })
  await expect(call('a')).rejects.toMatchObject({ code: 'upstream_unavailable' })
})
