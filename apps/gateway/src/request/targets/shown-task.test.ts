/** A task is told under the agent's id, what it asks is labeled or refused, and every other byte stays. */
import { expect, it } from 'vitest'
import { upstreamConfig } from '../../../test/support/upstream-config.ts'
import { CAPABILITIES_META } from '../../wire/revisions.ts'
import type { Inbound } from '../read.ts'
import { type Showing, shownTask } from './shown-task.ts'

const meta = { [CAPABILITIES_META]: { elicitation: {}, sampling: {} } }
const showing: Showing = {
  member: 'result',
  idOf: (id) => `[${id}]`,
  inbound: { era: 'modern', message: { meta } } as unknown as Inbound,
  upstream: upstreamConfig({ title: 'Jobs' }, 'jobs'),
}
const asking = (method: string) =>
  `{"id":1,"result":{"taskId":"a","inputRequests":{"k":{"method":"${method}","params":{"message":"Go?"}}},"f":1.0}}`

it('wraps the id in an answer and leaves the rest byte for byte', () => {
  const text = '{"jsonrpc":"2.0","id":1,"result":{"resultType":"task","taskId":"a","big":12345678901234567890,"f":1.0}}'
  expect(shownTask(text, showing)).toBe(text.replace('"a"', '"[a]"'))
})

it.each(['{"id":1,"result":{}}', '{"id":1,"result":{"taskId":7}}', '{"id":1}'])('leaves %s as it is', (text) => {
  expect(shownTask(text, showing)).toBe(text)
})

it('labels what a task asks', () => {
  expect(shownTask(asking('elicitation/create'), showing)).toContain('"message":"Jobs: Go?"')
})

it('passes on nothing that the upstream may not ask', () => {
  expect(() => shownTask(asking('sampling/createMessage'), showing)).toThrow(
    expect.objectContaining({ code: 'input_unsupported' }),
  )
})
