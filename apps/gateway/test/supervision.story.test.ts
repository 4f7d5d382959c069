/** Children are supervised: one that dies comes back, one that cannot start disturbs nobody, and none outlives its gateway, however that ends. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postModern } from './support/clients.ts'
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.ts'
import { isRunning } from './support/is-running.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

const FIXTURES = join(import.meta.dirname, 'fixtures')
const dir = mkdtempSync(join(tmpdir(), 'causeway-children-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const upstreams = (name: string) => ({
  notes: { run: join(FIXTURES, 'notes') },
  pipe: {
    command: [process.execPath, join(FIXTURES, 'notes/main.ts'), '--stdio', '--data', join(dir, `${name}-pipe`)],
  },
  own: {
    command: [process.execPath, join(FIXTURES, 'notes/main.ts'), '--stdio', '--data', join(dir, `${name}-own`)],
    perCaller: true,
  },
})
const stubborn = (name: string) => ({
  stubborn: { command: [process.execPath, join(FIXTURES, 'stubborn.ts'), pidFile(name)] },
})
const pidFile = (name: string) => join(dir, `${name}-pids.json`)

const call = (url: string, key: string | undefined, name: string, args: object = {}) =>
  postModern(`${url}/mcp`, key, 'tools/call', { name, arguments: args })
async function pidOf(url: string, key: string | undefined, upstream: string): Promise<number> {
  const { json } = await call(url, key, `${upstream}__who_calls`)
  return (json!.result!.structuredContent as { pid: number }).pid
}
const wellMannered = async (url: string, key?: string) => [
  await pidOf(url, key, 'notes'),
  await pidOf(url, key, 'pipe'),
  await pidOf(url, key, 'own'),
]

describe('in a running gateway', () => {
  let gateway: StoryGateway
  let key: string
  const tools = async () => {
    const { json } = await postModern(`${gateway.url}/mcp`, key, 'tools/list')
    return (json!.result!.tools as { name: string }[]).map((tool) => tool.name)
  }

  beforeAll(async () => {
    gateway = await startGateway({
      upstreams: { ...upstreams('running'), crashing: { run: join(FIXTURES, 'crashing') } },
    })
    key = gateway.key('ops')
    await gateway.ready('notes', 'pipe', 'own')
  })

  it.each(['notes', 'pipe'])(
    verifies('reliability.stdio', 'a killed "%s" fails its calls at once, stays listed, and comes back'),
    async (id) => {
      const before = await pidOf(gateway.url, key, id)
      const listed = await tools()
      const slow = call(gateway.url, key, `${id}__work_slowly`, { name: 'x', steps: 500, step_ms: 10 })
      await until(() => gateway.listening.gateway.upstreams.get(id)?.bulkhead.inFlight === 1, 'the call runs')
      const killedAt = performance.now()
      process.kill(before, 'SIGKILL')
      const { error } = (await slow).json ?? {}
      expect(error).toMatchObject({ code: -32603, data: { code: 'upstream_unavailable', retryable: false } })
      const next = await call(gateway.url, key, `${id}__list_cancelled`)
      expect(next.json?.error?.data).toMatchObject({ code: 'upstream_unavailable', upstream: id })
      expect(performance.now() - killedAt).toBeLessThan(1_000)
      expect(await tools()).toEqual(listed)
      await until(async () => {
        const { json } = await call(gateway.url, key, `${id}__who_calls`)
        const pid = (json?.result?.structuredContent as { pid: number } | undefined)?.pid
        return pid !== undefined && pid !== before
      }, 'another process answers')
      expect(isRunning(before)).toBe(false)
    },
  )

  it(
    verifies(
      'reliability.stdio',
      'a child that crashes at its start is tried again, later each time, and disturbs nobody',
    ),
    async () => {
      const log = join(gateway.dir, 'data/upstreams/crashing/starts.log')
      const starts = () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').map(Number) : [])
      await until(() => starts().length >= 4, 'it was started four times')
      const [first = 0, second = 0, third = 0, fourth = 0] = starts()
      expect(third - second).toBeGreaterThan(350)
      expect(fourth - third).toBeGreaterThan(750)
      expect(fourth - first).toBeLessThan(15_000)
      expect(gateway.listening.gateway.upstreams.get('crashing')?.state).toEqual({
        kind: 'down',
        code: 'upstream_unavailable',
        reason: 'it ended with code 3',
      })
      expect((await call(gateway.url, key, 'notes__get_note', { name: 'hello' })).json?.result?.isError).toBeUndefined()
    },
  )

  it(verifies('reliability.stdio', 'the end of the gateway is the end of all of them'), async () => {
    const pids = await wellMannered(gateway.url, key)
    expect(pids.map(isRunning)).toEqual([true, true, true])
    await gateway.close()
    expect(pids.map(isRunning)).toEqual([false, false, false])
  })
})

describe.each(['SIGKILL', 'SIGTERM'] as const)('a gateway process that gets %s', (signal) => {
  let gateway: GatewayProcess
  beforeAll(async () => {
    gateway = await startGatewayProcess({
      auth: { anonymous: 'ops' },
      agents: { ops: { roles: ['operator'] } },
      upstreams: { ...upstreams(signal), ...stubborn(signal) },
    })
    await gateway.ready()
  })
  afterAll(() => gateway.close())

  it(verifies(
    'reliability.crash',
    verifies('reliability.stdio', 'leaves no child behind, whatever its manners'),
  ), async () => {
    const unmannered = JSON.parse(readFileSync(pidFile(signal), 'utf8')) as number[]
    const pids = [...(await wellMannered(gateway.url)), ...unmannered]
    expect(pids.map(isRunning)).toEqual([true, true, true, true, true])
    if (signal === 'SIGTERM') expect(await gateway.terminate()).toBe(0)
    else await gateway.kill()
    await until(() => !pids.some(isRunning), 'all children have ended')
    // One that has no manners is given five seconds.
  }, 15_000)
})
