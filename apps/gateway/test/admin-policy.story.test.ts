/** The policy through the admin API: rules behind those of the file, in force as a whole or not at all, and what other rules would change. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ROUTES } from '../src/admin/routes.ts'
import type { AskAdmin } from './support/admin-client.ts'
import { type AdminStage, failureOf, RULES, startAdminStage } from './support/admin-stage.ts'
import type { StoryGateway } from './support/start-gateway.ts'
import { runStoryCli } from './support/story-cli.ts'

let stage: AdminStage
let gateway: StoryGateway
let ask: AskAdmin
let listed: AdminStage['listed']

beforeAll(async () => {
  stage = await startAdminStage()
  ;({ gateway, ask, listed } = stage)
})
afterAll(() => stage.close())

const READS = { id: 'support-looks', effect: 'allow', roles: ['support'], tools: ['up__look'] }

it('shows rules of the file as read-only, and takes more behind them', async () => {
  const before = await ask('GET', '/api/v1/policy')
  expect(before.json.rules).toMatchObject([
    { id: 'operators', readOnly: true },
    { id: 'nobody-drops', readOnly: true },
  ])
  const key = gateway.key('helpdesk-3')
  expect(await listed(key)).toEqual([])
  const put = await ask('PUT', '/api/v1/policy/rules/support-looks', { body: READS, ifMatch: before.etag })
  expect([put.status, put.json.version]).toEqual([200, 1])
  expect(put.json.rules.at(-1)).toMatchObject({ id: 'support-looks', source: 'api', readOnly: false })
  expect(await listed(key)).toEqual(['up__look'])
  const again = await ask('PUT', '/api/v1/policy/rules/support-looks', { body: READS, ifMatch: before.etag })
  expect(failureOf(again)).toEqual([412, 'precondition_failed'])
})

it('never overrides a denial of the file', async () => {
  const { etag } = await ask('GET', '/api/v1/policy')
  const body = { id: 'everything', effect: 'allow', roles: ['support'], tools: ['*'] }
  const { status } = await ask('PUT', '/api/v1/policy/rules/everything', { body, ifMatch: etag })
  expect(status).toBe(200)
  expect(await listed(gateway.key('helpdesk-4'))).not.toContain('up__drop')
  const own = await ask('PUT', '/api/v1/policy/rules/nobody-drops', {
    body: { ...body, id: 'nobody-drops' },
    ifMatch: '*',
  })
  expect(failureOf(own)).toEqual([409, 'managed_by_file'])
  expect(failureOf(await ask('DELETE', '/api/v1/policy/rules/operators', { ifMatch: '*' }))).toEqual([
    409,
    'managed_by_file',
  ])
  const gone = await ask('DELETE', '/api/v1/policy/rules/everything', { ifMatch: '*' })
  expect([gone.status, gone.json.version]).toEqual([200, 3])
})

it('refuses as a whole what its tests or the tools do not allow', async () => {
  const misfit = { id: 'x', effect: 'allow', roles: ['support'], tools: ['up__pay'], when: 'args.nothing == 1' }
  gateway.write({
    upstreams: { up: { url: stage.raw.url('up') } },
    agents: { ops: { roles: ['operator'] }, 'helpdesk-*': { roles: ['support'] } },
    rules: RULES,
    tests: [{ as: 'helpdesk-1', call: 'up__pay', expect: 'deny' }],
  })
  gateway.listening.reload()
  const version = (await ask('GET', '/api/v1/policy')).json.version
  const body = { rules: [READS, { ...READS, id: 'pays', tools: ['up__pay'] }] }
  const refused = await ask('PUT', '/api/v1/policy/rules', { body, ifMatch: '*' })
  expect(failureOf(refused)).toEqual([422, 'policy_refused'])
  expect(refused.json.error.problems[0].message).toContain('helpdesk-1')
  const twice = await ask('PUT', '/api/v1/policy/rules', { body: { rules: [READS, READS] }, ifMatch: '*' })
  expect(failureOf(twice)).toEqual([422, 'policy_refused'])
  const simulated = await ask('POST', '/api/v1/policy/simulate', { body })
  expect(simulated.json.problems.length).toBeGreaterThan(0)
  expect((await ask('POST', '/api/v1/policy/simulate', { body: { rules: [misfit] } })).status).toBe(200)
  expect((await ask('GET', '/api/v1/policy')).json.version).toBe(version)
})

it('says who would gain and lose what', async () => {
  const { json } = await ask('POST', '/api/v1/policy/simulate', {
    body: { rules: [], agents: [{ name: 'newcomer', roles: ['operator'] }] },
  })
  expect(json.changes).toContainEqual({ agent: 'helpdesk-*', kind: 'tool', name: 'up__look', change: 'lost' })
  expect(json.changes).toContainEqual({ agent: 'newcomer', kind: 'tool', name: 'up__pay', change: 'gained' })
  expect(json.gained).toBe(2)
})

it('explains as it decides, is checked and tested', async () => {
  const explained = await ask('POST', '/api/v1/policy/explain', { body: { agent: 'helpdesk-9', name: 'up__look' } })
  expect(explained.json).toMatchObject({
    decision: 'allow',
    rule: 'support-looks',
    source: 'api',
    factsFrom: 'catalog',
  })
  const denied = await ask('POST', '/api/v1/policy/explain', { body: { agent: 'ops', name: 'up__drop' } })
  expect(denied.json).toMatchObject({ decision: 'deny', rule: 'nobody-drops' })
  expect((await ask('GET', '/api/v1/policy/check')).json.warnings).toBeInstanceOf(Array)
  expect((await ask('POST', '/api/v1/policy/test', { body: {} })).json.results).toMatchObject([{ outcome: 'passed' }])
  const tests = [{ as: 'ops', call: 'up__drop', expect: 'allow' }]
  expect((await ask('POST', '/api/v1/policy/test', { body: { tests } })).json.results).toMatchObject([
    { outcome: 'failed' },
  ])
})

it('keeps its versions, and one of them can be put back', async () => {
  const { json } = await ask('GET', '/api/v1/policy/versions')
  expect(json.items.map(({ version, author }: Record<string, unknown>) => [version, author])).toEqual([
    [3, 'token:alice'],
    [2, 'token:alice'],
    [1, 'token:alice'],
  ])
  const second = await ask('GET', '/api/v1/policy/versions/2')
  expect(second.json.rules.map(({ id }: { id: string }) => id)).toEqual(['support-looks', 'everything'])
  expect(failureOf(await ask('GET', '/api/v1/policy/versions/99'))).toEqual([404, 'item_unknown'])
  const back = (await ask('GET', '/api/v1/policy/versions/1')).json.rules
  const { etag } = await ask('GET', '/api/v1/policy')
  expect((await ask('PUT', '/api/v1/policy/rules', { body: { rules: back }, ifMatch: etag })).json.version).toBe(4)
})

it('is the same on the command line and after a restart', async () => {
  expect(await runStoryCli(gateway, 'policy', 'explain', 'helpdesk-9', 'up__look')).toMatchObject({
    decision: 'allow',
    rule: 'support-looks',
  })
  await gateway.restart()
  await gateway.ready('up')
  expect(await listed(gateway.key('helpdesk-5'))).toEqual(['up__look'])
})

it('has no route that the stories do not ask', () => {
  const left = ROUTES.filter(({ id, tag }) => tag === 'policy' && !stage.exercised.has(id)).map(({ id }) => id)
  expect(left).toEqual([])
})
