/** What a domain server says of its calls can be found by their id, and says nothing in the gateway's name. */
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { tellDomainLine } from './domain-log.ts'

function tell(line: string): Record<string, unknown> {
  const lines: string[] = []
  tellDomainLine(pino({ base: {} }, { write: (text: string) => void lines.push(text) }), line)
  return JSON.parse(lines[0] as string) as Record<string, unknown>
}

it('keeps the level and the ids, and puts everything else under a member of its own', () => {
  const line =
    '{"level":40,"time":"t","pid":1,"name":"server-db","requestId":"r","traceId":"x","agent":"ops","msg":"slow"}'
  expect(tell(line)).toMatchObject({
    level: 40,
    requestId: 'r',
    traceId: 'x',
    msg: 'domain server',
    domain: { time: 't', name: 'server-db', agent: 'ops', msg: 'slow' },
  })
  expect(tell(line)).not.toHaveProperty('agent')
})

it.each(['plain text', '{"level":30,"msg":', '{"level":35,"msg":"x"}', '{"level":"30"}'])(
  'tells %s as text',
  (line) => {
    expect(tell(line)).toMatchObject({ level: 30, stderr: line, msg: 'child stderr' })
  },
)
