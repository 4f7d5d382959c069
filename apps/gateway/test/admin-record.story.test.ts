/** Approvals and the audit record through the admin API: who may decide, and that the record has what admins did and as whom. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { issueAdminToken } from '../src/admin/issue-admin-token.ts'
import { ROUTES } from '../src/admin/routes.ts'
import { type AskAdmin, adminClient } from './support/admin-client.ts'
import { type AdminStage, failureOf, startAdminStage } from './support/admin-stage.ts'
import { postModern } from './support/clients.ts'
import type { StoryGateway } from './support/start-gateway.ts'
import { runStoryCli } from './support/story-cli.ts'

let stage: AdminStage
let gateway: StoryGateway
let ask: AskAdmin

beforeAll(async () => {
  stage = await startAdminStage({
    rules: [
      { id: 'operators', effect: 'allow', roles: ['operator'], tools: ['*'] },
      { id: 'pays-after-a-look', effect: 'approve', roles: ['operator'], tools: ['up__pay'], approvers: ['leads'] },
    ],
    tests: [],
    approvers: { alice: { roles: ['leads'] } },
  })
  ;({ gateway, ask } = stage)
})
afterAll(() => stage.close())

const pay = async (key: string, amount: number) => {
  const { json } = await postModern(`${gateway.url}/mcp`, key, 'tools/call', { name: 'up__pay', arguments: { amount } })
  return json?.error?.data?.code ?? 'served'
}

it('a call waits until an approver lets exactly it through, once', async () => {
  const key = gateway.key('ops')
  expect(await pay(key, 1)).toBe('approval_required')
  const [waiting] = (await ask('GET', '/api/v1/approvals')).json.items
  expect(waiting).toMatchObject({ state: 'pending', agent: 'ops', tool: 'up__pay', arguments: '{"amount":1}' })
  const path = `/api/v1/approvals/${waiting.id}`
  const stranger = adminClient(gateway, 'write', 'mallory')
  expect(failureOf(await stranger('POST', `${path}/approve`, { body: {} }))).toEqual([403, 'approver_forbidden'])
  expect((await ask('GET', path)).json.state).toBe('pending')
  const approved = await ask('POST', `${path}/approve`, { body: { reason: 'fine' } })
  expect(approved.json).toMatchObject({ state: 'approved', decidedBy: 'alice', decidedThrough: 'admin (token)' })
  expect(failureOf(await ask('POST', `${path}/approve`, { body: {} }))).toEqual([409, 'approval_closed'])
  expect([await pay(key, 1), await pay(key, 2)]).toEqual(['served', 'approval_required'])
  const [other] = (await ask('GET', '/api/v1/approvals')).json.items
  expect((await ask('POST', `/api/v1/approvals/${other.id}/reject`, { body: {} })).json.state).toBe('rejected')
  expect(await pay(key, 2)).toBe('approval_rejected')
  const all = await ask('GET', '/api/v1/approvals?all=true&limit=1')
  expect((await ask('GET', `/api/v1/approvals?all=true&cursor=${all.json.nextCursor}`)).json.items).toMatchObject([
    { id: waiting.id, state: 'spent' },
  ])
  expect(failureOf(await ask('GET', '/api/v1/approvals/nothing'))).toEqual([404, 'item_unknown'])
})

it('the record has each call, what admins changed, and who acted as whom', async () => {
  const { key } = (await ask('POST', '/api/v1/agents/ops/impersonations')).json
  await postModern(`${gateway.url}/mcp`, key, 'tools/call', { name: 'up__look', arguments: {} })
  const { json } = await ask('GET', '/api/v1/audit?tool=up__look&kind=result')
  expect(json.items[0]).toMatchObject({ agent: 'ops', act: 'token:alice', origin: 'impersonation' })
  const all = (await ask('GET', '/api/v1/audit?limit=500')).json.items as { method: string; args: object }[]
  const changes = all.filter(({ method }) => method === 'causeway/audit/admin').map(({ args }) => args)
  expect(changes[0]).toMatchObject({ act: 'token:alice', operation: 'impersonate', params: { name: 'ops' } })
  expect(JSON.stringify(all)).not.toMatch(/cwa_|cwy_live_\w{20}/)
})

it('the record comes in pages without a gap, and verifies', async () => {
  const whole = (await ask('GET', '/api/v1/audit?limit=500')).json.items as { seq: number }[]
  const seqs: number[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const { json } = await ask('GET', `/api/v1/audit?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`)
    seqs.push(...json.items.map(({ seq }: { seq: number }) => seq))
    cursor = json.nextCursor
  }
  expect(seqs).toEqual(whole.map(({ seq }) => seq))
  expect(failureOf(await ask('GET', '/api/v1/audit?cursor=xx'))).toEqual([400, 'input_invalid'])
  // It would have to read a million records to step over them.
  const forged = Buffer.from(`${Date.now()}-999999`).toString('base64url')
  expect(failureOf(await ask('GET', `/api/v1/audit?cursor=${forged}`))).toEqual([400, 'input_invalid'])
  expect((await ask('POST', '/api/v1/audit/verify')).json).toMatchObject({ ok: true, isKeyTrusted: true })
})

it('`call --as` asks the running gateway for its key when it is given an admin token', async () => {
  const { token } = issueAdminToken(gateway.listening.store, { name: 'carol', access: 'write', lifeMs: 60_000 })
  const run = (adminToken: string) => {
    const env = {
      CAUSEWAY_ADMIN_TOKEN: adminToken,
      CAUSEWAY_PORT: new URL(gateway.url).port,
      CAUSEWAY_ADMIN_PORT: new URL(gateway.adminUrl).port,
    }
    return runStoryCli({ ...gateway, env }, 'call', 'up__look', '--as', 'ops')
  }
  expect(await run(token)).toMatchObject({ code: 0, ok: true })
  const [record] = (await ask('GET', '/api/v1/audit?tool=up__look&kind=result')).json.items
  expect(record.act).toBe('token:carol')
  expect(gateway.listening.store.apiKeys.get(record.keyId)?.revokedMs).not.toBeNull()
  expect(await run(`${token.slice(0, -1)}${token.endsWith('x') ? 'y' : 'x'}`)).toMatchObject({
    code: 3,
    error: { code: 'admin_unauthorized' },
  })
})

it('has no route that the stories do not ask', () => {
  const own = ROUTES.filter(({ tag }) => tag === 'approvals' || tag === 'audit').map(({ id }) => id)
  expect(own.filter((id) => !stage.exercised.has(id))).toEqual([])
})
