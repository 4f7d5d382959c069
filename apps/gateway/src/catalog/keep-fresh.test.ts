/** When a live connection is listed again, when it is given up, and when its era is found out anew. */
import { setTimeout as really } from 'node:timers/promises'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { upstreamConfig } from '../../test/support/upstream-config.ts'
import { GatewayError } from '../errors.ts'
import { unavailable } from '../upstream/answer.ts'
import type { Connection } from '../upstream/connection.ts'
import { Upstream } from '../upstream/upstream.ts'
import { keepFresh } from './keep-fresh.ts'
import { createWaker } from './waker.ts'

const HOUR = 3_600_000
/** Pauses that are not faked settle within this. */
const SETTLED_MS = 120

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

function keeping(written: Record<string, unknown>, era: 'modern' | 'legacy' = 'legacy') {
  const upstream = new Upstream('up', upstreamConfig(written))
  const ended = Promise.withResolvers<string>()
  // Only what is looked at: nothing is sent here.
  const connection = { identity: { era }, ended: ended.promise } as Connection
  const stopping = new AbortController()
  const failures: (Error | undefined)[] = []
  const state = { refreshed: 0, over: undefined as string | undefined }
  const waker = createWaker()
  const refresh = async () => {
    state.refreshed++
    const failure = failures.shift()
    if (failure) throw failure
    return undefined
  }
  const log = pino({ level: 'silent' })
  const done = keepFresh({ upstream, connection, refresh, waker, signal: stopping.signal, log }).then((reason) => {
    state.over = reason
  })
  const pass = async (ms: number) => {
    await vi.advanceTimersByTimeAsync(ms)
    await really(SETTLED_MS)
  }
  return { upstream, waker, failures, state, end: ended.resolve, stop: () => stopping.abort(), pass, done }
}

describe('the state', () => {
  it('is degraded for as long as a list fails, and calls still reach the upstream', async () => {
    const { upstream, failures, pass, stop, done } = keeping({ refresh: '5m' })
    upstream.up({ onResourceUpdated() {} } as unknown as Connection)
    failures.push(unavailable('up', 'it broke'))
    await pass(5 * 60_000)
    expect(upstream.state).toEqual({ kind: 'degraded', reason: 'it broke' })
    expect(upstream.connection).toBeDefined()
    await pass(60_000)
    expect(upstream.state).toEqual({ kind: 'ready' })
    stop()
    await pass(0)
    await done
  })
})

describe('the lists', () => {
  it('are read again by timer, and when somebody wakes the line', async () => {
    const { state, waker, pass, stop, done } = keeping({ refresh: '5m' })
    await pass(4 * 60_000)
    expect(state.refreshed).toBe(0)
    await pass(60_000)
    expect(state.refreshed).toBe(1)
    await pass(10_000)
    waker.wake()
    await pass(0)
    expect(state.refreshed).toBe(2)
    stop()
    await done
  })

  it('may fail once', async () => {
    const { state, failures, pass, stop, done } = keeping({ refresh: '5m' })
    failures.push(unavailable('up', 'it answered HTTP 500'))
    await pass(5 * 60_000)
    await pass(1_000)
    expect(state).toEqual({ refreshed: 2, over: undefined })
    await pass(5 * 60_000)
    expect(state).toEqual({ refreshed: 3, over: undefined })
    stop()
    await done
    expect(state.over).toBe('the line was stopped')
  })

  it('end the connection when they fail twice in a row, with the reason', async () => {
    const { state, failures, pass, done } = keeping({ refresh: '5m' })
    failures.push(unavailable('up', 'one'), unavailable('up', 'two'))
    await pass(5 * 60_000)
    await pass(1_000)
    await done
    expect(state).toEqual({ refreshed: 2, over: 'two' })
  })

  it('of an upstream that is overloaded are asked for again, without end and without hurry', async () => {
    const { state, failures, pass, stop, done } = keeping({ refresh: '5m' })
    failures.push(
      ...Array.from({ length: 5 }, () => new GatewayError('upstream_overloaded', 'Cannot list: overloaded')),
    )
    await pass(5 * 60_000)
    await pass(14_000)
    expect(state.refreshed).toBe(1)
    for (let i = 0; i < 4; i++) await pass(15_000)
    expect(state).toEqual({ refreshed: 5, over: undefined })
    stop()
    await done
  })
})

it('ends with the connection, at once', async () => {
  const { state, end, done } = keeping({})
  end('it was ended by SIGKILL')
  await done
  expect(state).toEqual({ refreshed: 0, over: 'it was ended by SIGKILL' })
})

describe('the era', () => {
  const ANEW = 'its era is found out anew'

  it('of a legacy upstream is found out anew within a day, when it is quiet', async () => {
    const { state, pass, done } = keeping({ refresh: '21h' })
    await pass(21 * HOUR)
    await done
    expect(state.over).toBe(ANEW)
  })

  it('is found out anew after a day even if it never is', async () => {
    const { state, upstream, pass, done } = keeping({ refresh: '21h' })
    await upstream.bulkhead.enter(new AbortController().signal)
    await pass(21 * HOUR)
    expect(state.over).toBeUndefined()
    await pass(21 * HOUR)
    await done
    expect(state.over).toBe(ANEW)
  })

  it.each([
    ['modern', {}, 'modern'],
    ['pinned', { era: 'legacy' }, 'legacy'],
    ['of a child', { url: undefined, command: ['x'] }, 'legacy'],
  ] as const)('that is %s stays', async (_name, written, era) => {
    const { state, pass, stop, done } = keeping({ refresh: '24h', ...written }, era)
    await pass(24 * HOUR)
    await pass(24 * HOUR)
    expect(state).toEqual({ refreshed: 2, over: undefined })
    stop()
    await done
  })
})
