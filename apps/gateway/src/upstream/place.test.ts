/** Places are given back exactly once, however calls and what they ask of their agents come to their ends. */
import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { upstreamConfig } from '../../test/support/upstream-config.ts'
import type { Connection, UpstreamCall } from './connection.ts'
import { OWN_CALL } from './own-call.ts'
import { Upstream } from './upstream.ts'

const ASK = { method: 'elicitation/create', params: '{}' }
const ANSWER = { text: '{}', result: {} }

/** One call to an upstream that asks twice at once; both ends are the test's to choose. */
function startCall() {
  const upstream = new Upstream('up', upstreamConfig())
  const answer = Promise.withResolvers<typeof ANSWER>()
  const agent = Promise.withResolvers<{ result: string }>()
  const call = {
    ...OWN_CALL,
    method: 'tools/call',
    params: '{}',
    idText: '1',
    signal: new AbortController().signal,
    onRequest: () => agent.promise,
  }
  const asked: Promise<unknown>[] = []
  const connection = {
    call(sent: UpstreamCall) {
      asked.push(sent.onRequest(ASK), sent.onRequest(ASK))
      return answer.promise
    },
  } as unknown as Connection
  return { upstream, answer, agent, asked, called: upstream.call(connection, call) }
}

it('takes its place again when the agent has answered', async () => {
  const { upstream, answer, agent, asked, called } = startCall()
  expect(upstream.bulkhead.inFlight).toBe(0)
  agent.resolve({ result: '{}' })
  await Promise.all(asked)
  expect(upstream.bulkhead.inFlight).toBe(1)
  answer.resolve(ANSWER)
  await called
  expect(upstream.bulkhead.inFlight).toBe(0)
})

it('takes no place for a call that the upstream has ended without hearing the answer', async () => {
  const { upstream, answer, agent, asked, called } = startCall()
  answer.resolve(ANSWER)
  await called
  agent.resolve({ result: '{}' })
  await Promise.all(asked)
  await turn()
  expect(upstream.bulkhead.inFlight).toBe(0)
})

it('rests while the agent is asked, and is idle when the call has ended', async () => {
  const { upstream, answer, called } = startCall()
  await upstream.resting()
  let isIdle = false
  const idle = upstream.idle().then(() => {
    isIdle = true
  })
  await turn()
  expect(isIdle).toBe(false)
  answer.resolve(ANSWER)
  await Promise.all([called, idle])
})
