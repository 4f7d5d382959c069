/** A disk that is full: nothing that may write is run without its record, reading goes on, and all is well again by itself. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { postModern } from './support/clients.ts'
import { type FailingFiles, failingFiles } from './support/failing-files.ts'
import { failureOf } from './support/failure-of.ts'
import { until } from './support/start-gateway.ts'
import { type Scripted, startScripted } from './support/start-scripted.ts'
import { verifies } from './support/verifies.ts'

const LOOK = { name: 'look', inputSchema: { type: 'object' } }
let on: Scripted
let files: FailingFiles

beforeAll(async () => {
  files = failingFiles()
  on = await startScripted({ tools: [LOOK] }, { up: { tools: { look: { effect: 'read' } } } }, { auditFiles: files })
})
afterAll(() => on.close())

const write = () => postModern(on.url, on.key, 'tools/call', { name: 'up__echo', arguments: { n: 1 } })
const read = () => postModern(on.url, on.key, 'tools/call', { name: 'up__look', arguments: { n: 1 } })
const audit = () => on.gateway.listening.gateway.audit

it(
  verifies('reliability.disk', 'calls that may write are refused with 503 before anything is sent, and reads go on'),
  async () => {
    expect((await write()).status).toBe(200)
    files.isFull = true
    files.partBytes = 700
    const sent = on.upstream.received.length
    const refused = await write()
    expect(failureOf(refused)).toEqual({ status: 503, rpc: -32603, code: 'audit_unavailable', id: 1 })
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(on.upstream.received.length).toBe(sent)
    expect(audit().isWriting).toBe(false)
    for (let call = 0; call < 3; call++) expect((await read()).status).toBe(200)
  },
)

it(
  verifies('reliability.disk', 'recovers by itself, and the record has the reads and the refusals of the meantime'),
  async () => {
    files.isFull = false
    await until(() => audit().isWriting, 'records can be written again')
    const ran = await write()
    expect([ran.status, ran.json?.result?.content]).toEqual([200, [{ type: 'text', text: 'echo' }]])
    await audit().flush()
    const records = (await audit().readRecords({ agent: 'ops', limit: 100 })).reverse()
    expect(records.map(({ tool, kind, status }) => [tool, kind, status])).toEqual([
      ['up__echo', 'intent', null],
      ['up__echo', 'result', 200],
      ['up__echo', 'attempt', 503],
      ['up__look', 'result', 200],
      ['up__look', 'result', 200],
      ['up__look', 'result', 200],
      ['up__echo', 'intent', null],
      ['up__echo', 'result', 200],
    ])
  },
)
