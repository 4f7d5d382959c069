/** A disk that is full: nothing that may write is run without its record, reading goes on, and all is well again by itself. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { allRecords } from '../src/audit/read-records.ts'
import { verifyAudit } from '../src/audit/verify-audit.ts'
import { startScriptedUpstream } from './fixtures/scripted-upstream.ts'
import { postModern } from './support/clients.ts'
import { type FailingFiles, failingFiles } from './support/failing-files.ts'
import { failureOf } from './support/failure-of.ts'
import { startGatewayProcess } from './support/gateway-process.ts'
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
    const ready = await (await fetch(`${on.gateway.url}/readyz`)).json()
    expect(ready).toMatchObject({ ok: true, stores: { sqlite: { ok: true }, audit: { ok: false } } })
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

const hasLimits = spawnSync('prlimit', ['--version']).status === 0
/** Larger than the store and its log ever get here, so that the record alone meets the limit. */
const LIMIT_BYTES = 6 * 1024 * 1024

it.skipIf(!hasLimits)(
  verifies('reliability.disk', 'a file that the system lets grow no further is the same (needs prlimit)'),
  async () => {
    const upstream = await startScriptedUpstream({ tools: ['write', 'look'].map((name) => ({ ...LOOK, name })) })
    const gateway = await startGatewayProcess({
      upstreams: { up: { url: upstream.url, tools: { look: { effect: 'read' } } } },
      agents: { ops: { roles: ['operator'] } },
    })
    const allow = (bytes: string) =>
      expect(spawnSync('prlimit', ['--pid', String(gateway.pid()), `--fsize=${bytes}:unlimited`]).status).toBe(0)
    try {
      await gateway.ready()
      const key = gateway.key('ops')
      const text = 'x'.repeat(15_000)
      const call = async (tool: string, n: number) =>
        (await postModern(`${gateway.url}/mcp`, key, 'tools/call', { name: `up__${tool}`, arguments: { n, text } }))
          .status
      allow(String(LIMIT_BYTES))
      let last = 0
      for (let n = 1; last !== 503 && n < 1_000; n++) {
        await Promise.all([call('look', -n), call('look', -n)])
        last = await call('write', n)
      }
      expect([last, await call('write', 5_000), await call('look', -5_000)]).toEqual([503, 503, 200])
      allow('unlimited')
      await until(async () => (await call('write', 6_000)) === 200, 'it works again')
      expect(await gateway.terminate()).toBe(0)
      const folder = join(gateway.dataDir, 'audit')
      const { chains } = verifyAudit({ folder, checkpoints: join(gateway.dataDir, 'audit-checkpoints') })
      expect(chains.filter(({ problem }) => problem)).toEqual([])
      const numbers = [...allRecords(folder, { kind: 'intent' })].map(({ record }) => (record.args as { n: number }).n)
      const ran = upstream.received.filter(({ params }) => params.name === 'write')
      expect(numbers.toSorted((a, b) => a - b)).toEqual(
        ran.map(({ params }) => (params.arguments as { n: number }).n).toSorted((a, b) => a - b),
      )
    } finally {
      await gateway.close()
      await upstream.close()
    }
  },
  60_000,
)
