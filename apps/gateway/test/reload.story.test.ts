/** A reload is atomic: what it takes away is gone from the list and refused in the same second, and a broken file changes nothing. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { watchConfig } from '../src/config/watch.ts'
import { connectV1, connectV2, postModern } from './support/clients.ts'
import { OPERATOR_RULES, type StoryConfig, type StoryGateway, startGateway, until } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

const upstreams = { notes: { run: join(import.meta.dirname, 'fixtures/notes') } }
const readersRead = { id: 'readers-read', effect: 'allow', roles: ['reader'], tools: ['effect:read'] }
const readersWrite = { id: 'readers-write', effect: 'allow', roles: ['reader'], tools: ['notes__put_note'] }
const agents = { ops: { roles: ['operator'] }, rita: { roles: ['reader'] } }
const generous: StoryConfig = { upstreams, agents, rules: [...OPERATOR_RULES, readersRead, readersWrite] }
const strict: StoryConfig = { upstreams, agents, rules: [...OPERATOR_RULES, readersRead] }

let gateway: StoryGateway
let key: string
const mcp = () => `${gateway.url}/mcp`
const reload = (config: StoryConfig | string) => {
  gateway.write(config)
  return gateway.listening.reload()
}

beforeAll(async () => {
  gateway = await startGateway(generous)
  key = gateway.key('rita')
  await gateway.ready('notes')
})
beforeEach(() => void reload(generous))
afterAll(() => gateway.close())

async function listed(): Promise<string[]> {
  const { json } = await postModern(mcp(), key, 'tools/list')
  return (json!.result!.tools as { name: string }[]).map((tool) => tool.name)
}
const callPut = () =>
  postModern(mcp(), key, 'tools/call', { name: 'notes__put_note', arguments: { name: 'a', text: 'b' } })

it(
  verifies(
    'policy.reload',
    'takes a tool away from a role: gone from the list and refused at once, the upstream left running',
  ),
  async () => {
    expect(await listed()).toContain('notes__put_note')
    expect((await callPut()).json?.result).toBeDefined()
    const pid = async () => {
      const { json } = await postModern(mcp(), key, 'tools/call', { name: 'notes__who_calls', arguments: {} })
      return (json!.result!.structuredContent as { pid: number }).pid
    }
    const before = await pid()
    reload(strict)
    expect(await listed()).not.toContain('notes__put_note')
    const refused = await callPut()
    const unknown = await postModern(mcp(), key, 'tools/call', { name: 'notes__put_nothing', arguments: {} })
    expect(refused.json?.error).toMatchObject({ code: -32602, data: { code: 'unknown_tool' } })
    expect(refused.json?.error?.message.replace('put_note', 'put_nothing')).toBe(unknown.json?.error?.message)
    expect(await pid()).toBe(before)
  },
)

it(
  verifies('policy.reload', 'tells open clients of both eras that their list changed, and only those whose list did'),
  async () => {
    const heard: string[] = []
    const modern = await connectV2(mcp(), key)
    await modern.listen({ toolsListChanged: true })
    modern.setNotificationHandler('notifications/tools/list_changed', () => void heard.push('modern'))
    const legacy = await connectV1(mcp(), key)
    legacy.fallbackNotificationHandler = async ({ method }) => void heard.push(`legacy ${method}`)
    const operator = await connectV2(mcp(), gateway.key('ops'))
    await operator.listen({ toolsListChanged: true })
    operator.setNotificationHandler('notifications/tools/list_changed', () => void heard.push('operator'))
    await until(() => gateway.listening.gateway.streams.size >= 3, 'three streams are open')
    reload(strict)
    await until(() => heard.length >= 2, 'both clients heard')
    expect(heard.sort()).toEqual(['legacy notifications/tools/list_changed', 'modern'])
    await Promise.all([modern.close(), legacy.close(), operator.close()])
  },
)

it(
  verifies(
    'reliability.config',
    verifies('policy.reload', 'reports a broken file with file, line and column, and changes nothing'),
  ),
  async () => {
    const before = await listed()
    expect(() => reload('version: 1\nupstreams:\n  notes: { rum: x }\n')).toThrow(
      /^causeway\.yaml:3:\d+ upstreams\.notes/m,
    )
    expect(() => reload('version: 1\n  bad indent: [')).toThrow(/causeway\.yaml:2:\d+/)
    expect(await listed()).toEqual(before)
    expect((await callPut()).json?.result).toBeDefined()
  },
)

it(verifies('policy.reload', 'ends the open streams of a key that was revoked'), async () => {
  const { store } = gateway.listening
  const revoked = gateway.key('rita')
  const before = gateway.listening.gateway.streams.size
  const open = (by: string) => fetch(mcp(), { headers: { authorization: `Bearer ${by}`, accept: 'text/event-stream' } })
  const [ended, alive] = [await open(revoked), await open(key)]
  await until(() => gateway.listening.gateway.streams.size === before + 2, 'both streams are open')
  store.apiKeys.revoke(/^cwy_live_([^_]+)_/.exec(revoked)?.[1] as string, Date.now())
  reload(strict)
  await ended.text()
  expect(gateway.listening.gateway.streams.size).toBe(before + 1)
  await alive.body?.cancel()
  await until(() => gateway.listening.gateway.streams.size === before, 'the other stream is closed')
})

it('refuses a policy whose own test fails, naming the test', async () => {
  const known = join(gateway.dir, 'data', 'catalog.json')
  await until(() => existsSync(known) && readFileSync(known, 'utf8').includes('put_note'), 'the tests know the catalog')
  expect(() => reload({ ...strict, tests: [{ as: 'rita', call: 'notes__put_note', expect: 'allow' }] })).toThrow(
    /causeway\.yaml:\d+ tests: rita calls notes__put_note/,
  )
  expect(await listed()).toContain('notes__put_note')
})

it('is triggered by the file changing', async () => {
  const watch = watchConfig(gateway.configPath, () => gateway.listening.reload())
  gateway.write(strict)
  await until(async () => !(await listed()).includes('notes__put_note'), 'the change took effect')
  watch.close()
})

it('adds and removes upstreams without a restart', async () => {
  reload({ ...generous, upstreams: { ...upstreams, more: upstreams.notes } })
  await until(async () => (await listed()).some((name) => name.startsWith('more__')), 'the new upstream is listed')
  reload(generous)
  expect((await listed()).some((name) => name.startsWith('more__'))).toBe(false)
})

describe('a listener that other machines reach', () => {
  const open: StoryConfig = { upstreams: {}, agents, listen: { host: '0.0.0.0', port: 0 } }
  let reachable: StoryGateway
  const reloadWith = (config: object) => {
    reachable.write({ ...open, ...config })
    return reachable.listening.reload()
  }
  const callWithoutKey = async () => (await postModern(`${reachable.url}/mcp`, undefined, 'tools/list')).status

  beforeAll(async () => {
    reachable = await startGateway(open)
  })
  afterAll(() => reachable.close())

  it('asks for a credential, whatever listener the file describes since', async () => {
    const local = { listen: { host: '127.0.0.1', port: 0 }, auth: { anonymous: 'ops' } }
    expect(() => reloadWith(local)).toThrow(/auth\.anonymous.*listen\.host "0\.0\.0\.0" can be reached/s)
    expect(await callWithoutKey()).toBe(401)
  })

  it('stays as it is until a restart, and the reload names what waits for one', async () => {
    const { config } = reachable.listening.gateway.live
    const moved = { listen: { host: '127.0.0.1', port: 0 }, publicUrl: 'https://gw.example', dataDir: 'elsewhere' }
    expect(reloadWith(moved)).toEqual(['listen', 'publicUrl', 'dataDir'])
    const { listen, publicUrl, dataDir } = reachable.listening.gateway.live.config
    expect({ listen, publicUrl, dataDir }).toEqual({
      listen: config.listen,
      publicUrl: undefined,
      dataDir: config.dataDir,
    })
    expect(reloadWith({})).toEqual([])
    expect(await callWithoutKey()).toBe(401)
  })
})

it('works for a process whose terminal was closed', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-story-'))
  const configPath = join(dir, 'causeway.yaml')
  writeFileSync(configPath, 'version: 1\nlisten: { port: 0 }\nadmin: false\nupstreams: {}\n')
  const main = join(import.meta.dirname, '../src/main.ts')
  const up = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, 'up', '--config', configPath], {
    env: { PATH: process.env.PATH, CAUSEWAY_HOME: join(dir, 'data') },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = new Promise((resolve) => up.once('exit', (code, signal) => resolve(code ?? signal)))
  let said = ''
  up.stdout.on('data', (chunk: Buffer) => {
    said += chunk
  })
  await until(() => said.includes('End with Ctrl-C'), 'it greets')
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0]
  up.stdout.destroy()
  for (let i = 0; i < 2; i++) {
    up.kill('SIGHUP')
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  expect((await fetch(`${url}/livez`)).status).toBe(200)
  up.kill('SIGTERM')
  expect(await ended).toBe(0)
  rmSync(dir, { recursive: true })
})
