/** A flood by one agent leaves the others alone, and a gateway that is asked for twice what its upstreams can do goes on doing most of it. */
import { afterEach, expect, it } from 'vitest'
import { sendResult } from './fixtures/scripted-upstream.ts'
import { postModern } from './support/clients.ts'
import { failureOf } from './support/failure-of.ts'
import { until } from './support/start-gateway.ts'
import { type Scripted, startScripted } from './support/start-scripted.ts'
import { verifies } from './support/verifies.ts'

const RESULT = { content: [], resultType: 'complete' }
const TIMEOUT_MS = 30_000
const OFF = { user: { perMinute: 0 }, write: { perMinute: 0 } }
let scripted: Scripted
afterEach(() => scripted.close())

const call = (key: string, tool = 'up__echo') => postModern(scripted.url, key, 'tools/call', { name: tool })

/** Calls without a pause on some connections until the returned function says what came of it. */
function flood(key: string, connections: number): () => Promise<number[]> {
  let isOver = false
  const statuses: number[] = []
  const worker = async () => {
    while (!isOver) statuses.push((await call(key)).status)
  }
  const workers = Array.from({ length: connections }, worker)
  return async () => {
    isOver = true
    await Promise.all(workers)
    return statuses
  }
}

it(
  verifies('reliability.fair', 'every call of an agent is served while another calls a hundred times as often'),
  async () => {
    scripted = await startScripted({}, { limits: { agent: { perMinute: 30, concurrency: 8 }, ...OFF } })
    const { gateway, upstream } = scripted
    const victim = gateway.key('other')
    const end = flood(scripted.key, 20)
    await until(() => gateway.listening.gateway.limits.refused.has('flood'), 'the flood is refused unread')
    const before = upstream.received.length
    const took: number[] = []
    for (let turn = 0; turn < 10; turn++) {
      const startMs = performance.now()
      const { status, json } = await call(victim)
      took.push(performance.now() - startMs)
      expect([status, json?.result?.content]).toEqual([200, [{ type: 'text', text: 'echo' }]])
    }
    await until(() => (gateway.listening.gateway.limits.refused.get('flood') ?? 0) > 100, 'the flood goes on')
    const statuses = await end()
    // The flood is in this process too, so the clock says little; that each call was served at once, and by how few of the flood's it was joined, says the rest.
    expect(Math.max(...took)).toBeLessThan(10_000)
    expect(statuses.length).toBeGreaterThan(100)
    expect(upstream.received.length - before).toBeLessThan(60)
  },
  TIMEOUT_MS,
)

it(
  verifies('reliability.fair', 'agents that wait for an upstream have its places in turns'),
  async () => {
    scripted = await startScripted(
      {},
      { up: { concurrency: 2 }, limits: { agent: { perMinute: 0, concurrency: 0 }, ...OFF } },
    )
    const { gateway, upstream } = scripted
    const held: (() => void)[] = []
    const order: unknown[] = []
    upstream.answers.set('echo', ({ idText, params }, response) => {
      order.push((params.arguments as { who?: string }).who)
      held.push(() => sendResult(response, idText, RESULT))
    })
    const from = (key: string, who: string) =>
      postModern(scripted.url, key, 'tools/call', { name: 'up__echo', arguments: { who } })
    const greedy = Array.from({ length: 4 }, () => from(scripted.key, 'greedy'))
    const { limits } = gateway.listening.gateway
    await until(() => held.length === 2 && limits.shareOf('ops').calls === 4, 'the flood has all places')
    const refused = await from(scripted.key, 'greedy')
    expect(failureOf(refused)).toMatchObject({ status: 200, code: 'upstream_overloaded' })
    // The queue is full of one agent's calls, and still another's has a place in it.
    const modest = from(gateway.key('other'), 'modest')
    const failures = (answers: Awaited<ReturnType<typeof call>>[]) => answers.filter(({ json }) => json?.error)
    await until(() => limits.refused.get('upstream') === 2, 'room is made')
    let given = 0
    while (given < 4) {
      await until(() => held.length > given, 'the next call arrives')
      held[given++]?.()
    }
    expect((await modest).json?.result).toBeDefined()
    expect(failures(await Promise.all(greedy)).map(failureOf)).toEqual([
      expect.objectContaining({ code: 'upstream_overloaded' }),
    ])
    expect(order.slice(0, 2)).toEqual(['greedy', 'greedy'])
    expect(order.slice(2).sort()).toEqual(['greedy', 'modest'])
  },
  TIMEOUT_MS,
)

it(
  verifies(
    'reliability.overload',
    'at twice what the upstream can do, most calls are served and the rest refused at once',
  ),
  async () => {
    scripted = await startScripted({}, { up: { concurrency: 8 }, limits: { agent: { perMinute: 0 }, ...OFF } })
    const { gateway, upstream } = scripted
    upstream.answers.set(
      'echo',
      ({ idText }, response) => void setTimeout(() => sendResult(response, idText, RESULT), 40),
    )
    const keys = [scripted.key, gateway.key('other')]
    // 32 callers for 8 places and 8 who wait: each caller comes back after its answer, and waits as long as it is told.
    const ended = { served: 0, refused: 0, other: 0 }
    const retryMs: number[] = []
    const worker = async (key: string) => {
      for (let turn = 0; turn < 10; turn++) {
        const { json } = await call(key)
        if (json?.result) ended.served++
        else if (json?.error?.data?.code === 'upstream_overloaded') {
          ended.refused++
          const afterMs = Number(json.error.data.retryAfterMs)
          retryMs.push(afterMs)
          await new Promise((resolve) => setTimeout(resolve, afterMs / 4))
        } else ended.other++
      }
    }
    await Promise.all(Array.from({ length: 32 }, (_, index) => worker(keys[index % 2]!)))
    expect(ended.other).toBe(0)
    expect(ended.refused).toBeGreaterThan(0)
    expect(ended.served).toBeGreaterThan(160)
    expect(new Set(retryMs)).toEqual(new Set([500]))
    expect(gateway.listening.gateway.limits.refused.get('upstream')).toBe(ended.refused)
  },
  TIMEOUT_MS,
)

it(
  verifies(
    'reliability.overload',
    'a gateway that is full serves what it has begun, and refuses the rest unread with 503',
  ),
  async () => {
    scripted = await startScripted(
      {},
      { limits: { agent: { perMinute: 0, concurrency: 0 }, global: { concurrency: 8 }, ...OFF } },
    )
    const { upstream, gateway } = scripted
    const held: (() => void)[] = []
    upstream.answers.set('echo', ({ idText }, response) => held.push(() => sendResult(response, idText, RESULT)))
    const calls = Array.from({ length: 16 }, () => call(scripted.key))
    await until(
      () => held.length === 8 && (gateway.listening.gateway.limits.refused.get('global') ?? 0) === 8,
      'half of them are refused',
    )
    for (const release of held) release()
    const answers = await Promise.all(calls)
    expect(answers.filter(({ json }) => json?.result)).toHaveLength(8)
    const refused = answers.filter(({ json }) => json?.error)
    expect(refused.map(failureOf)).toEqual(Array(8).fill({ status: 503, rpc: -32603, code: 'overloaded' }))
    for (const { headers } of refused) expect(headers.get('retry-after')).toBe('1')
    upstream.answers.clear()
    await scripted.expectServing()
  },
  TIMEOUT_MS,
)
