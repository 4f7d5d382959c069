/** The status of tasks, told as it changes: from each upstream to the one caller whose task it is, under the id that this caller holds. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ScriptedPort, startScripts } from './fixtures/scripted-upstream.ts'
import { TellingTasks, tellingScript } from './fixtures/telling-tasks.ts'
import { postModern } from './support/clients.ts'
import { openModernStream, type RawStream } from './support/open-stream.ts'
import { OPERATOR_RULES, type StoryGateway, startGateway, until } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

type Told = { method: string; taskId: string; status: string; _meta: Record<string, unknown>; [key: string]: unknown }

const UPSTREAMS = ['web', 'piped', 'own'] as const
const tasks = new TellingTasks()
const command = [process.execPath, join(import.meta.dirname, 'fixtures/telling-tasks.ts'), '--stdio']
const agents = { one: { roles: ['operator'] }, two: { roles: ['operator'] } }

const open: RawStream[] = []
let port: ScriptedPort
let gateway: StoryGateway
let keys: Record<string, string>
let config: Parameters<StoryGateway['write']>[0]

beforeAll(async () => {
  port = await startScripts({ web: tellingScript(tasks) })
  const upstreams = { web: { url: port.url('web') }, piped: { command }, own: { command, perCaller: true } }
  config = { upstreams, agents }
  gateway = await startGateway(config)
  await gateway.ready(...UPSTREAMS)
  keys = { one: gateway.key('one'), two: gateway.key('two') }
})
afterAll(async () => {
  for (const { close } of open) close()
  await gateway.close()
  await port.close()
})

const CAPABILITIES = { extensions: { 'io.modelcontextprotocol/tasks': {} }, elicitation: {} }
const META = { 'io.modelcontextprotocol/clientCapabilities': CAPABILITIES }

// No SDK knows the extension yet.
function clientOf(agent: string) {
  const key = keys[agent] as string
  const url = `${gateway.url}/mcp`
  const call = async (name: string) =>
    (await postModern(url, key, 'tools/call', { name, arguments: {}, _meta: META })).json?.result
  return {
    call,
    start: async (upstream: string) => String((await call(`${upstream}__run`))?.taskId),
    async listen(taskIds: string[]) {
      const stream = await openModernStream(url, key, { taskIds, capabilities: CAPABILITIES })
      open.push(stream)
      await until(() => stream.messages.length > 0, 'the listening is acknowledged')
      const told = () => stream.messages.slice(1).map(({ method, params }) => ({ method, ...params }) as Told)
      return { stream, told, honored: stream.messages[0]?.params?.notifications }
    },
  }
}

it.each(UPSTREAMS)(
  verifies('protocol.extensions', 'tells the caller of a task of %s, and nobody else'),
  async (upstream) => {
    const [one, two] = [clientOf('one'), clientOf('two')]
    const mine = await one.start(upstream)
    await one.start(upstream)
    const theirs = await two.start(upstream)
    const heard = await one.listen([mine, theirs, 'invented'])
    expect(heard.honored).toEqual({ taskIds: [mine] })
    const theirHeard = await two.listen([theirs, mine])
    expect(theirHeard.honored).toEqual({ taskIds: [theirs] })
    await one.call(`${upstream}__finish`)
    // In children of their own, each finishes its caller's tasks alone.
    if (upstream === 'own') await two.call(`${upstream}__finish`)
    await until(() => heard.told().length > 0 && theirHeard.told().length > 0, 'both were told')
    const method = 'notifications/tasks'
    const _meta = { 'io.modelcontextprotocol/subscriptionId': 'l', 'x-told': true }
    expect(heard.told()).toEqual([expect.objectContaining({ method, taskId: mine, status: 'completed', x: 1, _meta })])
    expect(theirHeard.told()).toEqual([expect.objectContaining({ method, taskId: theirs, status: 'completed', _meta })])
  },
)

it('tells of the tasks of several upstreams on one stream, as asking for them would', async () => {
  const one = clientOf('one')
  const ids = await Promise.all(UPSTREAMS.map((upstream) => one.start(upstream)))
  const { honored, told } = await one.listen(ids)
  expect(honored).toEqual({ taskIds: ids })
  for (const upstream of UPSTREAMS) await one.call(`${upstream}__ask`)
  await until(() => told().length >= ids.length, 'all were told')
  for (const [index, taskId] of ids.entries()) {
    const { _meta, method: _, ...task } = told().find((each) => each.taskId === taskId) as Told
    const params = { taskId, _meta: META }
    const { json } = await postModern(`${gateway.url}/mcp`, keys.one, 'tasks/get', params, { 'mcp-name': taskId })
    expect({ ...task, resultType: 'complete' }).toEqual(json?.result)
    expect(JSON.stringify(task.inputRequests)).toContain(`"message":"${UPSTREAMS[index]}: Go?"`)
  }
})

it('listens no longer than its client', async () => {
  for (const { close } of open) close()
  await until(() => tasks.listening === 0, 'the upstream is left alone')
  const one = clientOf('one')
  const { stream } = await one.listen([await one.start('web')])
  expect(tasks.listening).toBe(1)
  stream.close()
  await until(() => tasks.listening === 0, 'the upstream is left alone again')
})

it('tells nothing to a client that declared no such extension', async () => {
  const notifications = { taskIds: ['x'] }
  const { status, json } = await postModern(`${gateway.url}/mcp`, keys.one, 'subscriptions/listen', { notifications })
  expect([status, json?.error?.code, json?.error?.data?.code]).toEqual([400, -32021, 'missing_capability'])
})

it('tells nothing more of a task whose tool was taken away', async () => {
  const one = clientOf('one')
  const { told } = await one.listen([await one.start('web')])
  const deny = { id: 'no-runs', effect: 'deny', roles: ['operator'], tools: ['web__run'] }
  gateway.write({ ...(config as object), rules: [deny, ...OPERATOR_RULES] } as typeof config)
  gateway.listening.reload()
  await one.call('web__finish')
  await one.call('web__finish')
  expect(told().filter(({ method }) => method === 'notifications/tasks')).toEqual([])
})
