/** A gateway that is its own upstream, directly or by way of others, is found out and refused; nothing grows, and its other upstreams are not disturbed. */
import { execFile } from 'node:child_process'
import { request as sendRequest } from 'node:http'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  legacy,
  type Script,
  type ScriptedUpstream,
  sendResult,
  startScriptedUpstream,
  startScripts,
} from './fixtures/scripted-upstream.ts'
import { serveFixture } from './fixtures/serve-fixture.ts'
import { behind } from './support/behind.ts'
import { postModern } from './support/clients.ts'
import { failureOf } from './support/failure-of.ts'
import { type StoryConfig, type StoryGateway, startGateway, until } from './support/start-gateway.ts'
import { stdioCommand } from './support/stdio-command.ts'

let leaf: ScriptedUpstream
const open: StoryGateway[] = []
beforeAll(async () => {
  leaf = await startScriptedUpstream({ tools: [{ name: 'echo', inputSchema: { type: 'object' } }] })
})
afterEach(async () => {
  for (const gateway of open.splice(0)) await gateway.close()
})
afterAll(() => leaf.close())

/** A gateway with the leaf behind it, before it knows of others. */
async function start(): Promise<StoryGateway> {
  const gateway = await startGateway({ upstreams: { leaf: { url: leaf.url } } })
  open.push(gateway)
  await gateway.ready('leaf')
  return gateway
}

function setUpstreams(gateway: StoryGateway, upstreams: StoryConfig['upstreams']): void {
  gateway.write({ upstreams: { leaf: { url: leaf.url }, ...upstreams } })
  gateway.listening.reload()
}

interface Readiness {
  state: string
  code?: string
  reason?: string
  tools: number
}

async function readiness(gateway: StoryGateway): Promise<Record<string, Readiness>> {
  const response = await fetch(`${gateway.url}/readyz`)
  return ((await response.json()) as { upstreams: Record<string, Readiness> }).upstreams
}

const keys = new Map<StoryGateway, string>()
function keyOf(gateway: StoryGateway): string {
  const key = keys.get(gateway) ?? gateway.key('ops')
  keys.set(gateway, key)
  return key
}

async function listOf(gateway: StoryGateway): Promise<{ tools: { name: string }[]; _meta: Record<string, string[]> }> {
  const { json } = await postModern(`${gateway.url}/mcp`, keyOf(gateway), 'tools/list')
  return json?.result as never
}

const refused = async (gateway: StoryGateway, id: string) => (await readiness(gateway))[id]?.code === 'gateway_loop'

async function toolsOf(gateway: StoryGateway): Promise<string[]> {
  return (await listOf(gateway)).tools.map(({ name }) => name).sort()
}

const callLeaf = (gateway: StoryGateway, headers = {}) =>
  postModern(`${gateway.url}/mcp`, keyOf(gateway), 'tools/call', { name: 'leaf__echo' }, headers)

describe.each(['auto', 'modern', 'legacy'] as const)('its own URL as an upstream (era: %s)', (era) => {
  it.each(['/mcp', '/s/leaf/mcp'])('is refused on %s with a reason that names it', async (path) => {
    const gateway = await start()
    setUpstreams(gateway, { mirror: behind(gateway, { era, path, key: keyOf(gateway) }) })
    await until(() => refused(gateway, 'mirror'), 'the loop is found out')
    const { leaf: good, mirror } = await readiness(gateway)
    expect(mirror).toMatchObject({ state: 'down', code: 'gateway_loop', tools: 0 })
    expect(mirror?.reason).toContain('leads back to this gateway')
    expect(good).toMatchObject({ state: 'ready', tools: 1 })
    expect(await toolsOf(gateway)).toEqual(['leaf__echo'])
    expect((await callLeaf(gateway)).json?.result?.content).toEqual([{ type: 'text', text: 'echo' }])
  })
})

describe('a gateway that is behind another', () => {
  it.each(['modern', 'legacy'] as const)(
    'and has it behind itself is refused, and lists stay as long as they are (%s)',
    async (era) => {
      const [a, b] = [await start(), await start()]
      setUpstreams(a, { b: behind(b, { era }) })
      await a.ready('b')
      expect(await toolsOf(a)).toEqual(['b__leaf__echo', 'leaf__echo'])
      setUpstreams(b, { a: behind(a, { era }) })
      await until(() => refused(b, 'a'), 'the loop is found out')
      // Long enough for several rounds of list changes, if one followed the other.
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      expect(await toolsOf(a)).toEqual(['b__leaf__echo', 'leaf__echo'])
      expect(await toolsOf(b)).toEqual(['leaf__echo'])
      expect((await callLeaf(a)).json?.error).toBeUndefined()
      expect((await callLeaf(b)).json?.error).toBeUndefined()
      setUpstreams(a, {})
      await b.ready('a')
      expect(await toolsOf(b)).toEqual(['a__leaf__echo', 'leaf__echo'])
    },
  )

  it('and has it behind itself since the same moment is refused at once or a little later', async () => {
    const [a, b] = [await start(), await start()]
    const [toA, toB] = [behind(a), behind(b)]
    setUpstreams(a, { b: toB })
    setUpstreams(b, { a: toA })
    await until(async () => (await refused(a, 'b')) || (await refused(b, 'a')), 'the loop is found out')
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    for (const gateway of [a, b]) expect((await toolsOf(gateway)).length).toBeLessThanOrEqual(2)
    await a.restart()
    await b.restart()
    await until(async () => (await refused(a, 'b')) || (await refused(b, 'a')), 'the loop is found out again')
    for (const gateway of [a, b]) expect((await toolsOf(gateway)).length).toBeLessThanOrEqual(2)
  })

  it('in a ring of three is refused somewhere, whoever was first', async () => {
    const [a, b, c] = [await start(), await start(), await start()]
    setUpstreams(a, { b: behind(b) })
    await a.ready('b')
    setUpstreams(b, { c: behind(c) })
    await b.ready('c')
    setUpstreams(c, { a: behind(a) })
    const anyRefused = async () => (await refused(a, 'b')) || (await refused(b, 'c')) || (await refused(c, 'a'))
    await until(anyRefused, 'the loop is found out')
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    for (const gateway of [a, b, c]) expect((await toolsOf(gateway)).length).toBeLessThanOrEqual(4)
  })
})

describe('a request', () => {
  it('that has come through this gateway before is refused', async () => {
    const gateway = await start()
    const seen: string[] = []
    const before = leaf.received.length
    await callLeaf(gateway)
    for (const { headers } of leaf.received.slice(before)) seen.push(String(headers.via))
    expect(seen).toEqual([expect.stringMatching(/^1\.1 causeway-[0-9a-f]{16}$/)])
    const answer = await callLeaf(gateway, { via: `1.0 proxy.example, ${seen[0]}` })
    expect(failureOf(answer)).toMatchObject({ status: 508, code: 'gateway_loop' })
  })

  it('says through which gateways it came, and not through which proxies', async () => {
    const gateway = await start()
    const before = leaf.received.length
    await callLeaf(gateway, { via: '1.1 causeway-0123456789abcdef (comment), 2 proxy.internal' })
    expect(leaf.received.slice(before).map(({ headers }) => headers.via)).toEqual([
      expect.stringMatching(/^1\.1 causeway-0123456789abcdef, 1\.1 causeway-[0-9a-f]{16}$/),
    ])
  })

  it('says so to a legacy upstream too, in all that belongs to the call', async () => {
    const seen: string[] = []
    const call: Script = ({ idText }, response) => sendResult(response, idText, { content: [] })
    const script = legacy(['hello'], { call })
    const scripts = await startScripts({
      old(request, response) {
        seen.push(`${request.method} ${String(request.headers.via).split(', ').length}`)
        script(request, response)
      },
    })
    const gateway = await start()
    setUpstreams(gateway, { old: { url: scripts.url('old'), era: 'legacy' } })
    await gateway.ready('old')
    const via = '1.1 causeway-0123456789abcdef'
    const name = 'old__hello'
    const { json } = await postModern(`${gateway.url}/mcp`, keyOf(gateway), 'tools/call', { name }, { via })
    expect(json?.result?.content).toEqual([])
    expect(seen).toContain('initialize 1')
    expect(seen).toContain('tools/call 2')
    setUpstreams(gateway, {})
    await scripts.close()
  })

  it('ends after eight gateways', async () => {
    const gateway = await start()
    const hops = (count: number) =>
      Array.from({ length: count }, (_, i) => `1.1 causeway-${String(i).padStart(16, '0')}`).join(', ')
    expect((await callLeaf(gateway, { via: hops(7) })).json?.error).toBeUndefined()
    expect(failureOf(await callLeaf(gateway, { via: hops(8) }))).toMatchObject({ status: 508, code: 'gateway_loop' })
  })
})

it('keeps its name over restarts, and another gateway has another', async () => {
  const [one, other] = [await start(), await start()]
  const nameOf = async (gateway: StoryGateway) => (await listOf(gateway))._meta['causeway/origins']
  const before = await nameOf(one)
  await one.restart()
  await one.ready('leaf')
  expect(before).toHaveLength(1)
  expect(await nameOf(one)).toEqual(before)
  expect(await nameOf(other)).not.toEqual(before)
})

it('is found out behind a proxy that drops headers, by what the lists are made of', async () => {
  const gateway = await start()
  const proxy = await serveFixture((request, response) => {
    const { via: _, host: __, ...headers } = request.headers
    const { port } = new URL(gateway.url)
    const onward = sendRequest({ port, path: request.url, method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  setUpstreams(gateway, { mirror: { ...behind(gateway, { key: keyOf(gateway) }), url: proxy.url } })
  await until(() => refused(gateway, 'mirror'), 'the loop is found out')
  expect(await toolsOf(gateway)).toEqual(['leaf__echo'])
  await proxy.close()
})

it.each(['auto', 'modern', 'legacy'])('is found out over the pipes of `causeway stdio` (era: %s)', async (era) => {
  const gateway = await start()
  const { command, args, env } = stdioCommand(gateway)
  setUpstreams(gateway, { mirror: { command: [command, ...args], env: { CAUSEWAY_PORT: env.CAUSEWAY_PORT }, era } })
  await until(() => refused(gateway, 'mirror'), 'the loop is found out')
  expect((await readiness(gateway)).mirror?.reason).toContain('leads back to this gateway')
  expect(await toolsOf(gateway)).toEqual(['leaf__echo'])
})

it('is told by the command line', async () => {
  const gateway = await start()
  setUpstreams(gateway, { mirror: behind(gateway, { key: keyOf(gateway) }) })
  await until(() => refused(gateway, 'mirror'), 'the loop is found out')
  const { args, command, env } = stdioCommand(gateway)
  const ls = args.slice(0, args.indexOf('stdio'))
  const { stdout } = await promisify(execFile)(command, [...ls, 'ls', 'upstreams'], { env })
  expect(stdout).toMatch(/mirror +down +it leads back to this gateway/)
})
