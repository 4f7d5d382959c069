/** Secrets that pass through the gateway, or are thrown at it, stand in nothing that it keeps or tells: log, audit, metrics, traces, admin API, store. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issueAdminToken } from '../src/admin/issue-admin-token.ts'
import { openStore } from '../src/store/open-store.ts'
import { type ScriptedUpstream, sendResult, startScriptedUpstream } from './fixtures/scripted-upstream.ts'
import { post, postModern } from './support/clients.ts'
import { freePort } from './support/free-port.ts'
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.ts'
import { rawRequest } from './support/raw-http.ts'
import { type Collector, startCollector } from './support/start-collector.ts'
import { until } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

/** No real secret, and like no other in this file. */
function letters(name: string, count = 40): string {
  return Buffer.from(`${name}-canary-`.repeat(8)).toString('base64url').replaceAll(/[-_]/g, 'x').slice(0, count)
}

/** Secrets by the form that tells them. */
const BY_FORM: Readonly<Record<string, string>> = {
  'own key': `cwy_live_kk11kk22_${letters('own')}`,
  'admin token': `cwa_kk33_${letters('adm')}`,
  jwt: `eyJhbGciOiJFUzI1NiJ9.${letters('jwt')}.${letters('sig')}`,
  jwe: `eyJhbGciOiJkaXIifQ..${letters('iv', 16)}.${letters('cip')}.${letters('tag', 22)}`,
  aws: `AKIA${letters('AWS', 40)
    .toUpperCase()
    .replaceAll(/[^A-Z]/g, 'Q')
    .slice(0, 16)}`,
  github: `ghp_${letters('gh', 36)}`,
  'github, fine': `github_pat_${letters('ghf', 50)}`,
  'github, app': `ghs_${letters('gha', 36)}`,
  gitlab: `glpat-${letters('gl', 20)}`,
  slack: `xoxb-123456789012-${letters('sl', 24)}`,
  stripe: `sk_live_${letters('st', 24)}`,
  google: `AIza${letters('go', 35)}`,
  model: `sk-ant-api03-${letters('an', 50)}`,
  npm: `npm_${letters('np', 36)}`,
}
/** Secrets that only the name or the place beside them tells. */
const BY_PLACE: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ...['password', 'api_key', 'clientSecret', 'authorization', 'deep', 'escaped', 'in a url', 'in a query', 'pem'],
    ...[
      'cookie',
      'x-api-key',
      'bearer',
      'basic',
      'result',
      'error',
      'body of a 500',
      'answer header',
      'upstream token',
    ],
    ...['upstream header', 'prompt', 'meta'],
  ].map((name) => [name, letters(`p-${name}`)]),
)
const CANARIES = { ...BY_FORM, ...BY_PLACE }
const secret = (name: keyof typeof CANARIES) => CANARIES[name] as string

const tool = (name: string, isRead: boolean) => ({
  name,
  inputSchema: { type: 'object' },
  annotations: { readOnlyHint: isRead },
})

const dir = mkdtempSync(join(tmpdir(), 'causeway-canaries-'))
const secretFile = (name: string, text: string) => {
  writeFileSync(join(dir, name), text)
  return join(dir, name)
}

let upstream: ScriptedUpstream
let collector: Collector
let gateway: GatewayProcess
let adminUrl: string
let adminToken: string
let log = ''

beforeAll(async () => {
  upstream = await startScriptedUpstream({
    tools: [tool('look', true), tool('write', false), tool('fail', false), tool('break', false)],
    prompts: [{ name: 'ask', arguments: [{ name: 'password' }] }],
    resourceTemplates: [{ name: 'any', uriTemplate: 'up://{+path}' }],
  })
  const told = Object.values(BY_FORM).join(' ')
  upstream.answers.set('look', ({ idText }, response) => {
    response.setHeader('x-secret', secret('answer header')).setHeader('set-cookie', `s=${secret('answer header')}`)
    const content = [{ type: 'text', text: `${told} ${secret('result')}` }]
    sendResult(response, idText, { content, structuredContent: { password: secret('result') }, resultType: 'complete' })
  })
  upstream.answers.set('fail', ({ idText }, response) => {
    const error = { code: -32000, message: `no: ${told}`, data: { token: secret('error') } }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(`{"jsonrpc":"2.0","id":${idText},"error":${JSON.stringify(error)}}`)
  })
  upstream.answers.set('break', (_request, response) => {
    response.writeHead(500, { 'content-type': 'text/plain' }).end(`${told} password=${secret('body of a 500')}`)
  })
  collector = await startCollector()
  const admin = { host: '127.0.0.1', port: await freePort() }
  adminUrl = `http://127.0.0.1:${admin.port}`
  gateway = await startGatewayProcess(
    {
      upstreams: {
        up: {
          url: upstream.url,
          tools: { look: { effect: 'read' } },
          auth: { mode: 'bearer', token: `\${file:${secretFile('token', secret('upstream token'))}}` },
          headers: { 'x-api-key': `\${file:${secretFile('header', secret('upstream header'))}}` },
        },
        pipe: {
          command: [process.execPath, join(import.meta.dirname, 'fixtures/leaking-stdio.ts')],
          env: { LEAK: `\${file:${secretFile('env', secret('github'))}}` },
        },
      },
      agents: { ops: { roles: ['operator'] } },
      admin,
      telemetry: { logLevel: 'trace', otlp: collector.url, sample: 1 },
    },
    (text) => {
      log += text
    },
  )
  const store = openStore(gateway.dataDir, {})
  adminToken = issueAdminToken(store, { name: 'alice', access: 'write', lifeMs: 3_600_000 }).token
  store.close()
  await gateway.ready()
})
afterAll(async () => {
  await gateway.close()
  await collector.close()
  await upstream.close()
  rmSync(dir, { recursive: true })
})

/** Arguments with all of them, each where it would be told. */
function argumentsWith(marker: string): string {
  const given = {
    marker,
    ...Object.fromEntries(Object.entries(BY_FORM).map(([name, text], index) => [`a${index}`, `${name}: ${text}.`])),
    password: secret('password'),
    api_key: secret('api_key'),
    nested: [{ clientSecret: secret('clientSecret'), headers: { Authorization: secret('authorization') } }],
    credentials: { a: [{ b: secret('deep') }] },
    url: `https://ann:${secret('in a url')}@db.example/x?access_token=${secret('in a query')}&page=2`,
    key: `-----BEGIN PRIVATE KEY-----\n${secret('pem')}\n-----END PRIVATE KEY-----`,
    [`as a name ${secret('slack')}`]: 1,
  }
  return `${JSON.stringify(given).slice(0, -1)},"p\\u0061ssw\\u006frd2":"${secret('escaped')}"}`
}

const HEADERS = {
  cookie: `session=${secret('cookie')}`,
  'x-api-key': secret('x-api-key'),
  'x-request-id': secret('github, fine'),
  'user-agent': `tool/1 ${secret('gitlab')}`,
  baggage: `token=${secret('stripe')}`,
}

/** Every request by which a secret could come in. */
async function throwEverything(): Promise<void> {
  const url = `${gateway.url}/mcp`
  const key = gateway.key('ops')
  const meta = { 'com.example/token': secret('meta'), traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }
  for (const name of ['look', 'write', 'fail', 'break']) {
    const params = { name: `up__${name}`, arguments: JSON.parse(argumentsWith(`seen ${name}`)), _meta: meta }
    await postModern(url, key, 'tools/call', params, HEADERS)
    const text = `{"name":"up__${name}","arguments":${argumentsWith(`seen ${name} again`)}}`
    await post(url, key, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${text}}`, HEADERS)
  }
  for (const name of ['exits', 'throws', 'mutters', 'errs'])
    await postModern(url, key, 'tools/call', { name: `pipe__${name}`, arguments: { token: secret('aws') } })
  await postModern(url, key, 'prompts/get', { name: 'up__ask', arguments: { password: secret('prompt') } })
  await postModern(url, key, 'resources/read', { uri: `up://x?access_token=${secret('in a query')}` })
  for (const form of ['github', 'own key', 'jwt'])
    await postModern(url, key, 'tools/call', { name: secret(form), arguments: {} })
  for (const bearer of Object.values(BY_FORM)) await postModern(url, bearer, 'tools/list')
  await postModern(url, undefined, 'tools/list', {}, { authorization: `Basic ${secret('basic')}` })
  await postModern(url, undefined, 'tools/list', {}, { authorization: `Bearer ${secret('bearer')}` })
  await postModern(`${url}?access_token=${secret('in a query')}`, undefined, 'tools/list')
  await post(url, key, '{"jsonrpc":"2.0","id":1,"method":"ping"}', { 'mcp-session-id': secret('jwt') })
  await post(url, key, `{"jsonrpc":"2.0","id":"${secret('npm')}","method":"${secret('google')}"}`)
  await post(url, key, `{"password":"${secret('password')}"`)
  await rawRequest(url, { target: `/${secret('github')}?token=${secret('in a query')}`, method: 'GET' })
  const bad = { headers: { authorization: `Bearer ${secret('admin token')}` } }
  for (const path of ['/api/v1/health', `/api/v1/${secret('github')}`]) await fetch(adminUrl + path, bad)
}

const admin = (path: string) => fetch(adminUrl + path, { headers: { authorization: `Bearer ${adminToken}` } })

/** The answer to every GET of the admin API that names nothing, and to those that name what there is. */
async function adminAnswers(): Promise<string> {
  const { paths } = (await (await admin('/openapi.json')).json()) as { paths: Record<string, { get?: object }> }
  const readable = Object.keys(paths).filter((path) => paths[path]?.get && !path.endsWith('/events'))
  const names: Record<string, string> = { upstreams: 'up', agents: 'ops' }
  const texts = readable
    .map((path) => path.replace(/\/([a-z]+)\/\{\w+\}/, (_, of: string) => `/${of}/${names[of] ?? 'none'}`))
    .map(async (path) => `${path}: ${await (await admin(path)).text()}`)
  return (await Promise.all(texts)).join('\n')
}

/** All text below a folder, by file. */
function filesIn(folder: string): [file: string, text: string][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name))
    .map((file) => [file, readFileSync(file, 'latin1')])
}

describe('after every way in and out was tried', () => {
  beforeAll(async () => {
    await throwEverything()
    await until(() => /"msg":"request"/.test(log) && collector.spans.length > 20, 'log and traces have come')
    await until(
      () => filesIn(join(gateway.dataDir, 'audit')).some(([, text]) => text.includes('seen break again')),
      'the last record is written',
    )
  })

  /** Each place that keeps or tells, with something that shows that it does. */
  const SINKS: Record<string, { text: () => string | Promise<string>; shows: string }> = {
    'the log': { text: () => log, shows: '"agent":"ops"' },
    'the audit record': {
      text: () =>
        filesIn(join(gateway.dataDir, 'audit'))
          .map(([, text]) => text)
          .join(''),
      shows: 'seen write again',
    },
    'all that the gateway keeps': {
      text: () =>
        filesIn(gateway.dataDir)
          .map(([file, text]) => file + text)
          .join(''),
      shows: 'causeway.db',
    },
    'the metrics': { text: async () => (await admin('/metrics')).text(), shows: 'tool="up__write"' },
    'the traces': {
      text: () => Buffer.concat(collector.requests.map(({ bytes }) => bytes)).toString('latin1'),
      shows: 'tools/call',
    },
    'the admin API': { text: adminAnswers, shows: '/api/v1/health: {' },
  }

  it.each(Object.keys(SINKS))(verifies('audit.secrets', '%s holds none of them'), async (sink) => {
    const { text, shows } = SINKS[sink] as (typeof SINKS)[string]
    const told = await text()
    expect(told).toContain(shows)
    const found = Object.entries(CANARIES).filter(([, canary]) => told.includes(canary))
    expect(found.map(([name]) => name)).toEqual([])
  })

  it('there were enough of them, each unlike the others, and the agent and the upstream were given theirs', () => {
    const all = Object.values(CANARIES)
    expect(all.length).toBeGreaterThanOrEqual(30)
    expect(all.filter((one) => all.some((other) => other !== one && other.includes(one)))).toEqual([])
    const sent = upstream.received.map(({ text, headers }) => text + JSON.stringify(headers)).join('')
    const passed = Object.entries(CANARIES).filter(([, canary]) => sent.includes(canary))
    expect(passed.map(([name]) => name)).toEqual(expect.arrayContaining([...Object.keys(BY_FORM), 'upstream token']))
  })
})
