/** A call that found no place at its upstream was not sent, and the record does not say that it was. */
import { expect, it } from 'vitest'
import { sendResult } from './fixtures/scripted-upstream.ts'
import { postModern } from './support/clients.ts'
import { until } from './support/start-gateway.ts'
import { startScripted } from './support/start-scripted.ts'
import { verifies } from './support/verifies.ts'

it(
  verifies('audit.complete', 'a call that finds the queue full is an attempt, and those that waited have results'),
  async () => {
    const on = await startScripted({}, { up: { concurrency: 1 } })
    const { audit, admission } = on.gateway.listening.gateway
    const answers: (() => void)[] = []
    on.upstream.answers.set('echo', ({ idText }, response) => {
      answers.push(() => sendResult(response, idText, { content: [], resultType: 'complete' }))
    })
    const call = (n: number) => postModern(on.url, on.key, 'tools/call', { name: 'up__echo', arguments: { n } })
    const first = call(1)
    await until(() => answers.length === 1, 'the first is under way')
    const second = call(2)
    await until(() => admission.inFlight === 2, 'the second waits')
    const third = call(3)
    const { json } = await Promise.race([second, third])
    expect(json?.error?.data?.code).toBe('upstream_overloaded')
    answers[0]?.()
    await until(() => answers.length === 2, 'the next is under way')
    answers[1]?.()
    await Promise.all([first, second, third])
    await audit.flush()
    const kinds = new Map<string, unknown[]>()
    for (const { requestId, kind, error } of (await audit.readRecords({ tool: 'up__echo', limit: 50 })).reverse())
      kinds.set(String(requestId), [...(kinds.get(String(requestId)) ?? []), kind, ...(error ? [error] : [])])
    expect([...kinds.values()].sort()).toEqual([
      ['intent', 'attempt', 'upstream_overloaded'],
      ['intent', 'result'],
      ['intent', 'result'],
    ])
    await on.close()
  },
)
