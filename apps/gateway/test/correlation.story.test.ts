/** One id tells what one request was everywhere it went: gateway log, audit record, domain server log and the third-party request; and nothing that comes from outside forges it. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { postModern } from './support/clients.ts'
import { openLegacyStream, openModernStream } from './support/open-stream.ts'
import { rawRequest } from './support/raw-http.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

const PACKAGES = join(import.meta.dirname, '../../../packages')
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const TRACEPARENT = `00-${TRACE}-00f067aa0ba902b7-01`
const ISSUE = { number: 7, title: 'Broken', body: '', state: 'open', html_url: 'https://github.com/a/b/issues/7' }

let vendor: Server
let gateway: StoryGateway
let key: string
const asked: IncomingHttpHeaders[] = []
const lines: string[] = []
const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) })

beforeAll(async () => {
  vendor = createServer((request, response) => {
    asked.push(request.headers)
    response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify(ISSUE))
  })
  await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve))
  const GITHUB_API_URL = `http://127.0.0.1:${(vendor.address() as AddressInfo).port}`
  gateway = await startGateway(
    {
      upstreams: {
        integrations: {
          run: join(PACKAGES, 'server-integrations'),
          env: { GITHUB_TOKEN: 'ghp_story', GITHUB_API_URL },
        },
      },
    },
    { log },
  )
  key = gateway.key('ops')
  await gateway.ready('integrations')
})
beforeEach(() => {
  lines.length = 0
  asked.length = 0
})
afterAll(async () => {
  await gateway.close()
  vendor.close()
})

type Line = Record<string, unknown> & { domain?: Record<string, unknown> }
const linesOf = (requestId: string): Line[] =>
  lines.map((line) => JSON.parse(line) as Line).filter((line) => line.requestId === requestId)

const call = (meta: object = {}, headers: Record<string, string> = {}) =>
  postModern(
    `${gateway.url}/mcp`,
    key,
    'tools/call',
    { name: 'integrations__github_get_issue', arguments: { repo: 'acme/web', number: 7 }, _meta: meta },
    headers,
  )

it('one id and one trace go from the agent to the third party', async () => {
  const { headers } = await call({ traceparent: TRACEPARENT }, { 'x-request-id': 'client-1' })
  const requestId = headers.get('x-request-id') as string
  expect(requestId).toMatch(UUID)
  await until(
    () => linesOf(requestId).some(({ domain }) => domain?.msg === 'tool call'),
    'the domain server has logged',
  )
  const told = linesOf(requestId)
  expect(told.find(({ msg }) => msg === 'request')).toMatchObject({
    traceId: TRACE,
    clientRequestId: 'client-1',
    agent: 'ops',
    upstream: 'integrations',
    outcome: 'tool_error',
    ms: { total: expect.any(Number), upstream: expect.any(Number) },
  })
  const domain = told.flatMap((line) => (line.domain ? [{ ...line.domain, traceId: line.traceId }] : []))
  expect(domain).toContainEqual(
    expect.objectContaining({ msg: 'third-party call', vendor: 'github', method: 'GET', status: 404, traceId: TRACE }),
  )
  expect(domain).toContainEqual(
    expect.objectContaining({
      msg: 'tool call',
      tool: 'github_get_issue',
      agent: 'ops',
      error: 'not_found',
      traceId: TRACE,
    }),
  )
  expect(asked[0]).toMatchObject({ 'x-request-id': requestId, traceparent: TRACEPARENT })
  await gateway.listening.gateway.audit.flush()
  const records = await gateway.listening.gateway.audit.readRecords({ limit: 20 })
  expect(records.filter((record) => record.requestId === requestId).map((record) => record.traceId)).toContain(TRACE)
})

it('no argument is logged on the way', async () => {
  const { headers } = await call()
  const requestId = headers.get('x-request-id') as string
  await until(
    () => linesOf(requestId).some(({ domain }) => domain?.msg === 'tool call'),
    'the domain server has logged',
  )
  expect(JSON.stringify(linesOf(requestId))).not.toContain('acme')
})

it('an id of the client is logged beside the own one, and never in its place', async () => {
  for (const given of ['client-2', 'a'.repeat(500), '{"requestId":"x"}', '\u00e9\u00ff']) {
    const { headers } = await call({}, { 'x-request-id': given })
    const requestId = headers.get('x-request-id') as string
    expect(requestId).toMatch(UUID)
    expect(linesOf(requestId).find(({ msg }) => msg === 'request')?.clientRequestId).toBe(given.slice(0, 128))
    expect(asked.at(-1)?.['x-request-id']).toBe(requestId)
  }
})

it(verifies('audit.escape', 'no input forges a line of the log'), async () => {
  const forged = '\n{"level":30,"msg":"forged"}\n'
  await postModern(`${gateway.url}/mcp`, key, 'tools/call', { name: `x${forged}`, arguments: {} }, { 'mcp-name': 'x' })
  await postModern(`${gateway.url}/mcp`, key, `tools/${forged}`, {}, { 'mcp-method': 'tools/x' })
  await postModern(`${gateway.url}/mcp`, key, 'resources/read', { uri: `a:${forged}` }, { 'mcp-name': 'x' })
  await call({}, { 'x-request-id': '\tforged\t' })
  for (const line of lines) {
    expect(line.indexOf('\n')).toBe(line.length - 1)
    expect(JSON.parse(line)).not.toMatchObject({ msg: 'forged' })
  }
})

describe('X-Request-Id is on every answer', () => {
  const answered = (headers: Headers) => expect(headers.get('x-request-id')).toMatch(UUID)

  it('of the gateway, whatever it is', async () => {
    answered((await postModern(`${gateway.url}/mcp`, key, 'tools/list')).headers)
    answered((await postModern(`${gateway.url}/mcp`, undefined, 'tools/list')).headers)
    answered((await postModern(`${gateway.url}/s/nobody/mcp`, key, 'tools/list')).headers)
    answered((await postModern(`${gateway.url}/mcp`, key, 'no/such')).headers)
    answered((await fetch(`${gateway.url}/mcp`, { method: 'PUT' })).headers)
    for (const path of ['/livez', '/readyz', '/.well-known/jwks.json', '/nothing'])
      answered((await fetch(gateway.url + path)).headers)
    answered((await fetch(`${gateway.adminUrl}/api/v1/health`)).headers)
    const loose = await rawRequest(`${gateway.url}/mcp`, { body: 'nonsense' })
    expect(loose.headers['x-request-id']).toMatch(UUID)
  })

  it('streams included', async () => {
    const streams = [
      await openModernStream(`${gateway.url}/mcp`, key, { toolsListChanged: true }),
      await openLegacyStream(`${gateway.url}/mcp`, key),
    ]
    for (const stream of streams) {
      answered(stream.headers)
      stream.close()
    }
  })
})
