/** The record leaves by the command line: as lines that fit the filters, and as OpenTelemetry logs that a collector takes. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AuditRecord } from '../src/audit/read-records.ts'
import { runIn } from '../src/cli/cli-fixture.ts'
import { postModern } from './support/clients.ts'
import { type Audited, startAudited } from './support/start-audited.ts'

interface Logs {
  resourceLogs: {
    scopeLogs: { logRecords: { body: { stringValue: string }; traceId?: string; timeUnixNano: string }[] }[]
  }[]
}

let on: Audited
let collector: Server
let collectorUrl: string
const received: { path: string | undefined; logs: Logs }[] = []
let status = 200

beforeAll(async () => {
  on = await startAudited()
  collector = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    received.push({ path: request.url, logs: JSON.parse(Buffer.concat(chunks).toString('utf8')) })
    response.writeHead(status).end('{}')
  })
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  collectorUrl = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
  const other = on.gateway.key('other')
  for (let n = 0; n < 3; n++) await on.call('up__look', { arguments: { n } })
  const _meta = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' }
  await on.call('up__echo', { _meta })
  await postModern(on.url, other, 'tools/call', { name: 'up__drop', arguments: {} })
  await on.audit().flush()
})
afterAll(async () => {
  await on.close()
  await new Promise((resolve) => collector.close(resolve))
})

const exported = async (...options: string[]) => {
  const { code, stdout } = await runIn(on.gateway.dir, ['audit', 'export', ...options])
  const lines = stdout.split('\n').filter((line) => line !== '')
  return { code, lines, records: lines.map((line) => JSON.parse(line) as AuditRecord) }
}

it('all lines come as they stand in the file, oldest first', async () => {
  const { code, lines } = await exported()
  expect(code).toBe(0)
  expect(lines).toEqual(on.lines())
})

it.each([
  [['--tool', 'up__look'], 3],
  [['--tool', 'up__look', '--until', '1h'], 0],
  [['--agent', 'other'], 1],
  [['--decision', 'deny'], 1],
  [['--kind', 'intent', '--since', '1h'], 1],
  [['--upstream', 'up', '--since', '2001-01-01'], 6],
])('%j leaves %i of them', async (options, count) => {
  expect((await exported(...options)).records).toHaveLength(count)
})

it('a time that is none is a mistake of the command', async () => {
  expect((await exported('--since', 'lately')).code).toBe(1)
})

it('a collector is sent the lines themselves, with their time and trace', async () => {
  const { code, stdout } = await runIn(on.gateway.dir, [
    'audit',
    'export',
    '--tool',
    'up__echo',
    '--otlp',
    collectorUrl,
    '--json',
  ])
  expect([code, JSON.parse(stdout)]).toEqual([0, { ok: true, data: { sent: 2 } }])
  const [{ path, logs }] = received as [(typeof received)[number]]
  expect(path).toBe('/v1/logs')
  const logRecords = logs.resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap((scope) => scope.logRecords))
  for (const { body, traceId, timeUnixNano } of logRecords) {
    const record = JSON.parse(body.stringValue) as AuditRecord
    expect(on.lines()).toContain(body.stringValue)
    expect(traceId).toBe('4bf92f3577b34da6a3ce929d0e0e4736')
    expect(timeUnixNano).toBe(`${Date.parse(record.time)}000000`)
  }
  expect(logRecords).toHaveLength(2)
})

it('a collector that refuses, or none, is said', async () => {
  status = 500
  const refused = await runIn(on.gateway.dir, ['audit', 'export', '--otlp', collectorUrl, '--json'])
  expect([refused.code, refused.json().error.code]).toEqual([4, 'otlp_unreachable'])
  const none = await runIn(on.gateway.dir, ['audit', 'export', '--otlp', '--json'])
  expect([none.code, none.json().error.code]).toEqual([1, 'otlp_unknown'])
})
