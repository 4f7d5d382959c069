/** However many agents and names there are, the series stay bounded, and every request is counted in one of them. */
import { expect, it } from 'vitest'
import { GatewayError } from '../errors.ts'
import type { Trail } from '../request/record.ts'
import { Metrics } from './metrics.ts'

const AGENTS = 30_000
const ENDED = { httpMethod: 'POST', status: 200, totalMs: 2 }

function trailOf(agent: string, more: Partial<Trail> = {}): Trail {
  const entry = { kind: 'tools', upstream: 'up', publicName: `up__tool-${agent.length}` }
  const inbound = { era: 'modern', message: { method: 'tools/call' } }
  return { caller: { agent }, inbound, target: { entry }, outcome: 'result', ...more } as unknown as Trail
}

it('folds what comes after ten thousand series, and loses no count', () => {
  const metrics = new Metrics()
  const denied = new GatewayError('policy_denied', 'Cannot call it')
  for (let each = 0; each < AGENTS; each++)
    metrics.count(trailOf(`agent-${each}`, each % 2 ? { error: denied } : {}), ENDED)
  const sum = (series: readonly { value: number }[]) => series.reduce((all, { value }) => all + value, 0)
  expect(metrics.calls.series.length).toBeLessThanOrEqual(10_006)
  expect(sum(metrics.calls.series)).toBe(AGENTS)
  expect(metrics.denials.series.length).toBeLessThanOrEqual(2_001)
  expect(sum(metrics.denials.series)).toBe(AGENTS / 2)
  expect(metrics.calls.series.at(-1)?.labels).toEqual(['up', '(other)', '(other)', expect.any(String)])
})

it('calls no upstream fast that was never asked', () => {
  const metrics = new Metrics()
  metrics.count(trailOf('a'), ENDED)
  metrics.count(trailOf('a', { queueMs: 0.5, upstreamMs: 1 }), ENDED)
  const phases = metrics.durations.get('up')
  expect([phases?.upstream.sumMs, phases?.gateway.sumMs, phases?.total.sumMs]).toEqual([1, 2.5, 4])
  expect(phases?.upstream.counts.reduce((all, count) => all + count, 0)).toBe(1)
})
