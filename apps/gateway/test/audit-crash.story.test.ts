/** `kill -9` twenty times under load: the record is whole each time, and no call that took effect is missing in it. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type AuditRecord, allRecords } from '../src/audit/read-records.ts'
import { verifyAudit } from '../src/audit/verify-audit.ts'
import { openStore } from '../src/store/open-store.ts'
import { type ScriptedUpstream, startScriptedUpstream } from './fixtures/scripted-upstream.ts'
import { postModern } from './support/clients.ts'
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.ts'
import { until } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

const KILLS = 20
const CALLERS = 6
const tools = ['write', 'look'].map((name) => ({ name, inputSchema: { type: 'object' } }))
let upstream: ScriptedUpstream
let gateway: GatewayProcess
let key: string

beforeAll(async () => {
  upstream = await startScriptedUpstream({ tools })
  gateway = await startGatewayProcess({
    upstreams: { up: { url: upstream.url, tools: { look: { effect: 'read' } } } },
    agents: { ops: { roles: ['operator'] } },
  })
  key = gateway.key('ops')
}, 30_000)
afterAll(async () => {
  await gateway.close()
  await upstream.close()
})

/** Request ids of the calls that were answered, by what they were. */
interface Acknowledged {
  writes: { id: string; n: number }[]
  reads: string[]
}

let number = 0

/** Calls one after the other until the gateway is gone. */
async function callUntilGone(answered: Acknowledged): Promise<void> {
  for (;;) {
    const n = ++number
    const name = n % 3 === 0 ? 'up__look' : 'up__write'
    try {
      const { status, headers } = await postModern(`${gateway.url}/mcp`, key, 'tools/call', { name, arguments: { n } })
      const id = headers.get('x-request-id') as string
      if (status !== 200) continue
      if (name === 'up__write') answered.writes.push({ id, n })
      else answered.reads.push(id)
    } catch {
      return
    }
  }
}

const verify = () => {
  const store = openStore(gateway.dataDir, {})
  const keys = new Map(store.auditKeys.published().map(({ kid, publicJwk }) => [kid, publicJwk]))
  store.close()
  const folder = join(gateway.dataDir, 'audit')
  return verifyAudit({ folder, checkpoints: join(gateway.dataDir, 'audit-checkpoints'), keys })
}

it(verifies(
  'reliability.crash',
  `after each of ${KILLS} kills under load the chain verifies, and every write that was answered or only begun is in it`,
), async () => {
  const answered: Acknowledged = { writes: [], reads: [] }
  for (let kill = 1; kill <= KILLS; kill++) {
    await gateway.ready()
    const before = answered.writes.length
    const callers = Array.from({ length: CALLERS }, () => callUntilGone(answered))
    await until(() => answered.writes.length >= before + 10 + (kill % 7) * 3, 'some writes were answered')
    await gateway.kill()
    await Promise.all(callers)
    const { chains } = verify()
    expect(chains.filter(({ problem }) => problem)).toEqual([])
    expect(chains).toHaveLength(kill)
    if (kill < KILLS) await gateway.start()
  }
  const records = [...allRecords(join(gateway.dataDir, 'audit'), {})].map(({ record }) => record)
  const intended = new Set(records.filter(({ kind }) => kind === 'intent').map(({ requestId }) => requestId))
  expect(answered.writes.filter(({ id }) => !intended.has(id))).toEqual([])
  const written = new Set(records.filter(({ kind }) => kind === 'intent').map(numberOf))
  const ran = upstream.received
    .filter(({ params }) => params.name === 'write')
    .map(({ params }) => (params.arguments as { n: number }).n)
  expect(ran.filter((n) => !written.has(n))).toEqual([])
  expect(ran.length).toBeGreaterThanOrEqual(answered.writes.length)
  // Each attempt is there once, and has ended at most once.
  for (const kind of ['intent', 'result']) {
    const ids = records.filter((each) => each.kind === kind).map(({ requestId }) => requestId)
    expect(new Set(ids).size).toBe(ids.length)
  }
  const read = new Set(records.filter(({ tool }) => tool === 'up__look').map(({ requestId }) => requestId))
  expect(answered.reads.filter((id) => read.has(id)).length).toBeGreaterThan(answered.reads.length / 2)
}, 120_000)

function numberOf({ args }: AuditRecord): number {
  return (args as { n: number }).n
}
