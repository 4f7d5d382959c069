/** An agent's limits are the common ones, but for what the configuration says of it. */
import { expect, it } from 'vitest'
import { configSchema } from '../config/schema.ts'
import { compileAgentLimits } from './agent-limits.ts'

const limitsOf = (written: object) => compileAgentLimits(configSchema.parse({ version: 1, ...written }))

it('has defaults', () => {
  expect(limitsOf({})('anybody')).toEqual({ perMinute: 60, writesPerMinute: 20, concurrency: 32, streams: 1_000 })
})

it("takes an agent's own entry before globs, and an earlier glob before a later one, each for what it names", () => {
  const of = limitsOf({
    limits: { agent: { perMinute: 10 }, write: { perMinute: 5 } },
    agents: {
      'batch-*': { limits: { perMinute: 100, write: { perMinute: 0 } } },
      '*-1': { roles: ['reader'], limits: { perMinute: 200, streams: 7 } },
      'batch-1': { limits: { concurrency: 3 } },
      plain: { roles: ['reader'] },
    },
  })
  expect(of('plain')).toEqual({ perMinute: 10, writesPerMinute: 5, concurrency: 32, streams: 1_000 })
  expect(of('batch-1')).toEqual({ perMinute: 100, writesPerMinute: 0, concurrency: 3, streams: 7 })
  expect(of('other-1')).toEqual({ perMinute: 200, writesPerMinute: 5, concurrency: 32, streams: 7 })
})
