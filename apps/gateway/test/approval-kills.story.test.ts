/** `kill -9` at any moment around an approved call: it reaches its upstream once or not at all, and its approval is used up. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { decideApproval } from '../src/approval/decide-approval.ts'
import { openStore } from '../src/store/open-store.ts'
import { bareTool, modern, type ScriptedPort, sendResult, startScripts } from './fixtures/scripted-upstream.ts'
import { postModern } from './support/clients.ts'
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.ts'
import { until } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

let upstream: ScriptedPort
let gateway: GatewayProcess
let key: string
/** Calls that reached the upstream, by their number. */
const reached: number[] = []
let onReached = () => {}

beforeAll(async () => {
  upstream = await startScripts({
    up: modern({
      lists: () => ({ tools: [bareTool('pay')] }),
      on: {
        'tools/call': ({ params, idText }, response) => {
          reached.push((params.arguments as { n: number }).n)
          onReached()
          sendResult(response, idText, { content: [], resultType: 'complete' })
        },
      },
    }),
  })
  gateway = await startGatewayProcess({
    upstreams: { up: { url: upstream.url('up') } },
    agents: { ops: { roles: ['operator'] } },
    approvers: { alice: { roles: ['leads'] } },
    rules: [{ id: 'pay', effect: 'approve', roles: ['operator'], tools: ['*'], approvers: ['leads'] }],
  })
  await gateway.ready()
  key = gateway.key('ops')
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
})

async function call(n: number): Promise<{ code: string; approvalId: string }> {
  const params = { name: 'up__pay', arguments: { n } }
  const { json } = await postModern(`${gateway.url}/mcp`, key, 'tools/call', params)
  return (json?.error?.data ?? { code: 'served' }) as { code: string; approvalId: string }
}

async function approved(n: number): Promise<void> {
  const { approvalId: id } = await call(n)
  const store = openStore(gateway.dataDir, {})
  const by = { by: 'alice', roles: ['leads'], through: 'test' }
  expect(decideApproval(store, { id, verdict: 'approved', ...by }).ok).toBe(true)
  store.close()
}

async function restart(): Promise<void> {
  await gateway.start()
  await gateway.ready()
}

it(verifies('policy.approval', 'a call that was cut off is not made again'), async () => {
  await approved(0)
  const killed = Promise.withResolvers<void>()
  onReached = () => void gateway.kill().then(killed.resolve)
  await call(0).catch(() => {})
  await killed.promise
  onReached = () => {}
  await restart()
  expect((await call(0)).code).toBe('approval_required')
  expect(reached).toEqual([0])
})

it.each([1, 2, 3])('killed somewhere among equal calls, the approval of call %i is used once at most', async (n) => {
  await approved(n)
  const calls = Array.from({ length: 10 }, () => call(n).catch(() => ({ code: 'lost' })))
  // From before the first of them is read until after the last one is answered.
  await new Promise((resolve) => setTimeout(resolve, n * 7))
  await gateway.kill()
  const ends = await Promise.all(calls)
  expect(ends.filter(({ code }) => code === 'served').length).toBeLessThan(2)
  await restart()
  await Promise.all([call(n), call(n)])
  await until(async () => (await call(n)).code === 'approval_pending', 'another approval is waited for')
  expect(reached.filter((each) => each === n).length).toBeLessThan(2)
})
