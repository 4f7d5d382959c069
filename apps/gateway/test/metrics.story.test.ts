/** What `/metrics` tells is what happened: every request counted once under names that no agent can multiply, read back by a parser that nobody here wrote. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import parsePrometheus, { type ParsedFamily } from 'parse-prometheus-text-format'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issueAdminToken } from '../src/admin/issue-admin-token.ts'
import { METRIC_FAMILIES } from '../src/observe/metric-families.ts'
import { bareTool, type ScriptedUpstream, startScriptedUpstream } from './fixtures/scripted-upstream.ts'
import { connectV1, postModern } from './support/clients.ts'
import { openModernStream } from './support/open-stream.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'

const SLOW_MS = 60

let upstream: ScriptedUpstream
let gateway: StoryGateway
let key: string
let admin: string

const configuration = () => ({
  upstreams: { up: { url: upstream.url }, gone: { url: 'http://127.0.0.1:9/mcp' } },
  agents: { ops: { roles: ['operator'] } },
  rules: [
    { id: 'all', effect: 'allow', roles: ['operator'], tools: ['*'], resources: ['*'] },
    { id: 'not-this', effect: 'deny', roles: ['operator'], tools: ['up__secret'] },
  ],
})

beforeAll(async () => {
  upstream = await startScriptedUpstream({
    tools: [bareTool('quick'), bareTool('slow'), bareTool('secret')],
    resources: [{ uri: 'note://one', name: 'one' }],
  })
  upstream.answers.set('slow', (request, response) => {
    setTimeout(() => upstream.answers.get('quick')?.(request, response), SLOW_MS)
  })
  upstream.answers.set('quick', ({ idText }, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(`{"jsonrpc":"2.0","id":${idText},"result":{"resultType":"complete","content":[],"isError":true}}`)
  })
  gateway = await startGateway(configuration())
  key = gateway.key('ops')
  admin = issueAdminToken(gateway.listening.store, { name: 'prometheus', access: 'read', lifeMs: 3_600_000 }).token
  await gateway.ready('up')
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
})

const call = (name: string, as: string | undefined = key) =>
  postModern(`${gateway.url}/mcp`, as, 'tools/call', { name, arguments: {} })

function scrape(headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${gateway.adminUrl}/metrics`, { headers: { authorization: `Bearer ${admin}`, ...headers } })
}

async function families(): Promise<ParsedFamily[]> {
  const body = await (await scrape()).text()
  // The parser leaves out the labels of what it knows to be a histogram; without its head each line stands for itself.
  return parsePrometheus(body.replaceAll(/^# (TYPE|HELP) causeway_call_duration_seconds .*$/gm, ''))
}

/** Value of the first series that has these labels, 0 where there is none. */
async function value(name: string, labels: Record<string, string> = {}): Promise<number> {
  const series = (await families()).flatMap((family) => (family.name === name ? family.metrics : []))
  const found = series.find((each) =>
    Object.entries(labels).every(([label, wanted]) => each.labels?.[label] === wanted),
  )
  return Number(found?.value ?? 0)
}

describe('a call', () => {
  it('is counted once by tool, agent and outcome, and its request by method, era and status', async () => {
    await call('up__quick')
    await call('up__quick')
    await postModern(`${gateway.url}/mcp`, key, 'resources/read', { uri: 'note://one' })
    expect(
      await value('causeway_calls_total', { upstream: 'up', tool: 'up__quick', agent: 'ops', outcome: 'tool_error' }),
    ).toBe(2)
    expect(await value('causeway_calls_total', { upstream: 'up', tool: '', agent: 'ops', outcome: 'result' })).toBe(1)
    expect(await value('causeway_requests_total', { method: 'tools/call', era: 'modern', status: '200' })).toBe(2)
  })

  it('is timed by phase, and the upstream answers for its own part', async () => {
    await call('up__slow')
    const part = (what: string, phase: string, le: Record<string, string> = {}) =>
      value(`causeway_call_duration_seconds_${what}`, { upstream: 'up', phase, ...le })
    const [queue, own, inside, total] = await Promise.all(
      ['queue', 'gateway', 'upstream', 'total'].map((phase) => part('sum', phase)),
    )
    expect(inside).toBeGreaterThanOrEqual(SLOW_MS / 1_000 - 0.005)
    expect(own).toBeGreaterThan(0)
    expect(Number(queue) + Number(own) + Number(inside)).toBeCloseTo(Number(total), 6)
    for (const phase of ['queue', 'gateway', 'upstream', 'total']) {
      expect(await part('count', phase)).toBe(4)
      expect(await part('bucket', phase, { le: '+Inf' })).toBe(4)
    }
    expect(await part('bucket', 'upstream', { le: '60.0' })).toBe(4)
    expect(await part('bucket', 'total', { le: '0.05' })).toBeLessThan(4)
  })

  it('to a tool that is hidden or does not exist is one series, and a denial', async () => {
    const before = await value('causeway_calls_total', { tool: '(unknown)', outcome: 'denied' })
    await call('up__secret')
    for (let each = 0; each < 20; each++) await call(`up__made_up_${each}`)
    expect(await value('causeway_calls_total', { tool: '(unknown)', outcome: 'denied' })).toBe(before + 21)
    expect(await value('causeway_denials_total', { agent: 'ops', reason: 'unknown_tool' })).toBe(21)
    expect(await (await scrape()).text()).not.toContain('made_up')
  })

  it('without a credential is a denial of no agent', async () => {
    await call('up__quick', 'nonsense')
    expect(await value('causeway_denials_total', { agent: '', reason: 'unauthorized' })).toBe(1)
    expect(await value('causeway_requests_total', { method: '(unknown)', era: '', status: '401' })).toBe(1)
  })
})

it('a method that an agent made up is one series', async () => {
  for (const method of ['made/up', 'made/otherwise']) await postModern(`${gateway.url}/mcp`, key, method)
  expect(await value('causeway_requests_total', { method: '(other)', era: 'modern' })).toBe(2)
})

it('upstreams, tools, streams and the configuration are told as they are now', async () => {
  expect(await value('causeway_upstream_state', { upstream: 'up', state: 'ready' })).toBe(1)
  expect(await value('causeway_upstream_state', { upstream: 'up', state: 'down' })).toBe(0)
  expect(await value('causeway_catalog_tools', { upstream: 'up' })).toBe(3)
  expect(await value('causeway_catalog_version')).toBe(gateway.listening.gateway.catalog.current.version)
  const client = await connectV1(`${gateway.url}/mcp`, key)
  await until(async () => (await value('causeway_streams', { kind: 'events' })) === 1, 'the stream is open')
  await client.close()
  const stream = await openModernStream(`${gateway.url}/mcp`, key, { toolsListChanged: true })
  expect(await value('causeway_streams', { kind: 'listen' })).toBe(1)
  stream.close()
  expect(await value('causeway_config_reload_success')).toBe(1)
  gateway.write('version: 2\n')
  expect(() => gateway.listening.reload()).toThrow()
  expect(await value('causeway_config_reload_success')).toBe(0)
})

it('calls under way are counted while they are', async () => {
  const done = call('up__slow')
  await until(async () => (await value('causeway_inflight', { upstream: 'up' })) === 1, 'the call is under way')
  await done
  expect(await value('causeway_inflight', { upstream: 'up' })).toBe(0)
})

it('what a limit stopped is counted by whose limit it was', async () => {
  gateway.write({ ...configuration(), limits: { agent: { perMinute: 1 } } })
  gateway.listening.reload()
  expect(await value('causeway_config_reload_success')).toBe(1)
  const answers = [await call('up__quick'), await call('up__quick'), await call('up__quick')]
  const refused = answers.filter(({ json }) => json?.error?.data?.code === 'rate_limited').length
  expect(refused).toBeGreaterThan(0)
  expect(await value('causeway_limited_total', { scope: 'agent' })).toBe(refused)
})

it('the process is told of in the usual names', async () => {
  const names = (await families()).map(({ name }) => name)
  for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_seconds'])
    expect(names).toContain(name)
})

it('OpenMetrics is for those who ask for it', async () => {
  expect((await scrape()).headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const asked = await scrape({ accept: 'application/openmetrics-text; version=1.0.0, text/plain;q=0.5' })
  expect(asked.headers.get('content-type')).toContain('application/openmetrics-text')
  const body = await asked.text()
  expect(body).toContain('# TYPE causeway_calls counter\n')
  expect(body.endsWith('# EOF\n')).toBe(true)
  expect(body.match(/# EOF/g)).toHaveLength(1)
})

it('is for admins alone', async () => {
  expect((await fetch(`${gateway.adminUrl}/metrics`)).status).toBe(401)
  expect((await scrape({ authorization: `Bearer ${key}` })).status).toBe(401)
  expect((await fetch(`${gateway.url}/metrics`)).status).toBe(404)
})

describe('docs/telemetry.md', () => {
  const docs = readFileSync(join(import.meta.dirname, '../../../docs/telemetry.md'), 'utf8')

  it('lists the metrics that there are, with their labels', async () => {
    const rows = Object.entries(METRIC_FAMILIES).map(
      ([name, { type, labels, help }]) =>
        `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(' ')} | ${help} |`,
    )
    expect(docs).toContain(`${rows.join('\n')}\n\n`)
    const names = [...(await (await scrape()).text()).matchAll(/^# TYPE (causeway_\w+)/gm)].map(([, name]) => name)
    expect(names.sort()).toEqual(Object.keys(METRIC_FAMILIES).sort())
  })
})
