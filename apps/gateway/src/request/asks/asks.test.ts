/** Asks end with the gateway: what waits for an agent that can answer no more must not hold up the end. */
import { expect, it } from 'vitest'
import type { Caller } from '../caller.ts'
import type { Reply } from '../reply.ts'
import { PendingAsks } from './asks.ts'

it('refuses what waits when the gateway ends, and what is asked after that', async () => {
  const asks = new PendingAsks()
  let events = 0
  const reply = { event: () => void events++ } as unknown as Reply
  const on = { reply, caller: { id: 'bot' } as Caller, session: undefined, signal: new AbortController().signal }
  const ask = { method: 'elicitation/create', params: '{}' }
  const waiting = asks.ask(ask, on)
  asks.refuseAll('the gateway is ending')
  const refused = { error: expect.stringContaining('the gateway is ending') }
  expect(await waiting).toEqual(refused)
  expect(await asks.ask(ask, on)).toEqual(refused)
  expect(events).toBe(1)
})
