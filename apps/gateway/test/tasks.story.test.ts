/** The Tasks extension end to end: a call that becomes a task is followed by its caller, under an id that is nobody else's. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startFixture } from '../conformance/fixture/start-fixture.ts'
import { postModern } from './support/clients.ts'
import { OPERATOR_RULES, type StoryGateway, startGateway, until } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

let fixture: Awaited<ReturnType<typeof startFixture>>
let gateway: StoryGateway
const keys = { ops: '', other: '' }
const agents = { ops: { roles: ['operator'] }, other: { roles: ['operator'] } }
const capabilities = { extensions: { 'io.modelcontextprotocol/tasks': {} } }
const _meta = { 'io.modelcontextprotocol/clientCapabilities': capabilities }

beforeAll(async () => {
  fixture = await startFixture(0)
  gateway = await startGateway({ upstreams: { jobs: { url: fixture.url } }, agents })
  await gateway.ready('jobs')
  keys.ops = gateway.key('ops')
  keys.other = gateway.key('other')
})
afterAll(async () => {
  await gateway.close()
  await fixture.close()
})

const request = (method: string, params: Record<string, unknown>, key = keys.ops) =>
  postModern(
    `${gateway.url}/mcp`,
    key,
    method,
    { ...params, _meta },
    params.taskId ? { 'mcp-name': String(params.taskId) } : {},
  )
const start = async () => {
  const { json } = await request('tools/call', { name: 'jobs__slow_compute', arguments: { seconds: 0.2, label: 'x' } })
  expect(json?.result?.resultType).toBe('task')
  return String(json?.result?.taskId)
}

it(verifies('protocol.extensions', 'follows a task to its end under one id'), async () => {
  const taskId = await start()
  const status = async () => (await request('tasks/get', { taskId })).json?.result
  expect((await status())?.taskId).toBe(taskId)
  await until(async () => (await status())?.status === 'completed', 'the task is complete')
  expect(JSON.stringify(await status())).toContain('Computed x')
})

it(verifies('integrity.bound', 'knows a task for its own caller alone'), async () => {
  const taskId = await start()
  for (const [id, key] of [
    [taskId, keys.other],
    [`${taskId.slice(0, -2)}AA`, keys.ops],
    ['invented', keys.ops],
  ] as const) {
    const { status, json } = await request('tasks/get', { taskId: id }, key)
    expect([status, json?.error?.code, json?.error?.data?.code]).toEqual([200, -32602, 'unknown_task'])
  }
})

it('serves tasks only to clients that declared the extension', async () => {
  const taskId = await start()
  const { status, json } = await postModern(
    `${gateway.url}/mcp`,
    keys.ops,
    'tasks/get',
    { taskId },
    { 'mcp-name': taskId },
  )
  expect([status, json?.error?.code, json?.error?.data?.code]).toEqual([400, -32021, 'missing_capability'])
  expect(json?.error?.data?.requiredCapabilities).toEqual(capabilities)
})

it('loses a task when its tool is taken away', async () => {
  const taskId = await start()
  const rules = [
    { id: 'no-jobs', effect: 'deny', roles: ['operator'], tools: ['jobs__slow_compute'] },
    ...OPERATOR_RULES,
  ]
  gateway.write({ upstreams: { jobs: { url: fixture.url } }, agents, rules })
  gateway.listening.reload()
  expect((await request('tasks/get', { taskId })).json?.error?.data?.code).toBe('unknown_task')
})

it('judges the call that becomes a task by its arguments, and what is asked of the task by that decision', async () => {
  const rules = [
    { id: 'quick', effect: 'allow', roles: ['operator'], tools: ['jobs__slow_compute'], when: 'args.seconds <= 1' },
  ]
  gateway.write({ upstreams: { jobs: { url: fixture.url } }, agents, rules })
  gateway.listening.reload()
  const long = { name: 'jobs__slow_compute', arguments: { seconds: 2, label: 'x' } }
  expect((await request('tools/call', long)).json?.error?.data?.code).toBe('policy_denied')
  const taskId = await start()
  expect((await request('tasks/get', { taskId })).json?.result?.taskId).toBe(taskId)
})
