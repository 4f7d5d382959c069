/** Limits are counted wherever the counts are kept, and nobody who holds something is forgotten. */
import { expect, it } from 'vitest'
import { configSchema } from '../config/schema.ts'
import { Limits } from './limits.ts'
import { createLocalLimiter } from './local-limiter.ts'

const config = (limits: object) => configSchema.parse({ version: 1, limits })
const ADA = { id: 'bot ada', agent: 'bot', userKey: 'ada' }

it('works the same with counts that are kept elsewhere', async () => {
  const far = () => {
    const local = createLocalLimiter()
    return { ...local, spend: async (...args: Parameters<typeof local.spend>) => local.spend(...args) }
  }
  const limits = new Limits(config({ agent: { perMinute: 3 }, user: { perMinute: 2 }, write: { perMinute: 1 } }), {
    agent: far(),
    user: far(),
    write: far(),
  })
  const tool = { upstream: 'up', originalName: 'do', name: 'up__do' }
  for (const _ of [1, 2]) await limits.spendCall(ADA, 1)
  await expect(limits.spendCall(ADA, 1)).rejects.toMatchObject({
    code: 'rate_limited',
    detail: { retryAfterMs: 30_000 },
  })
  await limits.spendCall({ id: 'bot', agent: 'bot' }, 1)
  await expect(limits.spendCall({ id: 'bot', agent: 'bot' }, 1)).rejects.toMatchObject({ code: 'rate_limited' })
  await limits.spendWrite(ADA, tool)
  await expect(limits.spendWrite(ADA, tool)).rejects.toMatchObject({ detail: { tool: 'up__do', upstream: 'up' } })
  expect(Object.fromEntries(limits.refused)).toEqual({ user: 1, agent: 1, write: 1 })
})

it('remembers agents that hold something, and few of those that hold nothing', () => {
  const limits = new Limits(config({}))
  const held = limits.shareOf('held')
  held.requests++
  limits.admission.inFlight++
  const first = limits.shareOf('first')
  for (let agent = 0; agent < 3_000; agent++) limits.shareOf(`agent-${agent}`)
  expect(limits.shareOf('held')).toBe(held)
  expect(limits.shareOf('first')).not.toBe(first)
  held.leave()
  expect([held.requests, limits.admission.inFlight]).toEqual([0, 0])
})

it('lets the log tell of a flood now and then, and of the first refusal of each agent at once', () => {
  const limits = new Limits(config({}))
  expect([limits.untold('a'), limits.untold('a'), limits.untold('a'), limits.untold('b')]).toEqual([1, 0, 0, 1])
  limits.shareOf('a').toldAtMs -= 60_000
  expect([limits.untold('a'), limits.untold('a')]).toEqual([3, 0])
})

it('refuses without a stack, and leaves the stacks of all other errors alone', () => {
  const limits = new Limits(config({}))
  const { stack } = limits.refuse(ADA, { scope: 'agent', message: 'Cannot make the call: enough' })
  expect(stack).toBe('GatewayError: Cannot make the call: enough')
  expect(new Error('other').stack).toMatch(/limits\.test/)
})

it('takes nothing from a user for a call that the agent may not make', () => {
  const limits = new Limits(config({ agent: { perMinute: 1 }, user: { perMinute: 2 } }))
  limits.spendCall(ADA, 1)
  for (const _ of [1, 2, 3]) expect(() => limits.spendCall(ADA, 1)).toThrow(/this agent may make 1 call a minute/)
  limits.spendCall({ ...ADA, id: 'other ada', agent: 'other' }, 1)
  expect(() => limits.spendCall({ ...ADA, id: 'third ada', agent: 'third' }, 1)).toThrow(/2 calls a minute/)
})
