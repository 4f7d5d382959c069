/** Who gets into the admin API and who does not: tokens, what agents have, other hosts and pages, and odd requests. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { issueAdminToken } from '../src/admin/issue-admin-token.ts'
import { listen } from '../src/listen.ts'
import { adminClient, clientWith } from './support/admin-client.ts'
import { postModern } from './support/clients.ts'
import { freePort } from './support/free-port.ts'
import { rawRequest } from './support/raw-http.ts'
import { type StoryGateway, startGateway } from './support/start-gateway.ts'

const HOUR_MS = 3_600_000
let gateway: StoryGateway

beforeAll(async () => {
  gateway = await startGateway({ upstreams: {} })
})
afterAll(() => gateway.close())

const issue = (wanted: { access?: 'write' | 'read'; lifeMs?: number } = {}) =>
  issueAdminToken(gateway.listening.store, { name: 'bob', access: 'write', lifeMs: HOUR_MS, ...wanted })
const bearer = (token: string) => clientWith(() => gateway.adminUrl, { authorization: `Bearer ${token}` })
const statusOf = async (token: string) => (await bearer(token)('GET', '/api/v1/health')).status
const raw = (request: Parameters<typeof rawRequest>[1]) =>
  rawRequest(`${gateway.adminUrl}/api/v1/health`, { method: 'GET', ...request })

it('a token of the command line is let in, on a listener of its own', async () => {
  const { status, json } = await adminClient(gateway)('GET', '/api/v1/health')
  expect(status).toBe(200)
  expect(json).toMatchObject({ ok: true, draining: false, stores: { sqlite: { ok: true }, audit: { ok: true } } })
  expect(new URL(gateway.adminUrl).port).not.toBe(new URL(gateway.url).port)
})

it('nobody else is', async () => {
  const anonymous = await clientWith(() => gateway.adminUrl, {})('GET', '/api/v1/health')
  expect([anonymous.status, anonymous.json.error.code]).toEqual([401, 'admin_unauthorized'])
  expect(anonymous.headers.get('www-authenticate')).toContain('Bearer')
  const { token } = issue()
  const flipped = token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A')
  for (const other of ['', 'cwa_', flipped, `${token} `, `${token}x`, token.replace('cwa_', 'cwy_live_')])
    expect(await statusOf(other.trim() === token ? `${token}\t.` : other)).toBe(401)
  expect(await statusOf(token)).toBe(200)
})

it('an agent is not let in by its key, and an admin token calls no tool', async () => {
  expect(await statusOf(gateway.key('ops'))).toBe(401)
  const { token } = issue()
  expect((await postModern(`${gateway.url}/mcp`, token, 'tools/list', {})).status).toBe(401)
})

it('a token ends when it expires, and at once when it is revoked', async () => {
  const { store } = gateway.listening
  expect(await statusOf(issue({ lifeMs: 0 }).token)).toBe(401)
  const { id, token } = issue()
  expect(await statusOf(token)).toBe(200)
  store.adminCredentials.revoke(id, Date.now())
  expect(await statusOf(token)).toBe(401)
})

it('another Host is refused, so that no name of a stranger leads here', async () => {
  const authorization = ['authorization', `Bearer ${issue().token}`] as const
  for (const host of ['evil.example', 'evil.example:8932', '127.0.0.1.evil.example', '']) {
    const { status, text } = await raw({ headers: [['host', host], authorization] })
    expect([host, status]).toEqual([host, 403])
    expect(JSON.parse(text).error.code).toBe('host_forbidden')
  }
  expect((await raw({ headers: [['host', 'localhost:1'], authorization] })).status).toBe(200)
})

it('another Origin is refused, and no answer names an origin that may read it', async () => {
  const authorization = ['authorization', `Bearer ${issue().token}`] as const
  const { host } = new URL(gateway.adminUrl)
  for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1', gateway.url, `http://${host}/`])
    expect((await raw({ headers: [['origin', origin], authorization] })).status).toBe(403)
  const own = await raw({ headers: [['origin', `http://${host}`], authorization] })
  expect(own.status).toBe(200)
  expect(Object.keys(own.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  expect((await raw({ method: 'OPTIONS', headers: [['origin', `http://${host}`]] })).status).toBe(405)
})

it('odd requests execute nothing', async () => {
  const authorization = ['authorization', `Bearer ${issue().token}`] as const
  const two = await raw({ headers: [authorization, authorization] })
  expect(two.status).toBe(401)
  for (const method of ['HEAD', 'PATCH', 'TRACE', 'OPTIONS'])
    expect([method, (await raw({ method, headers: [authorization] })).status]).toEqual([method, 405])
  for (const target of ['http://evil.example/api/v1/health', '*', 'api/v1/health'])
    expect([target, (await raw({ target, headers: [authorization] })).status]).toEqual([target, 400])
  for (const target of [
    '/api/v1/nothing',
    '//api/v1/health',
    '/api/v1/health/',
    '/api/v1/..%2fhealth',
    '/API/v1/health',
  ])
    expect([target, (await raw({ target, headers: [authorization] })).status]).toEqual([target, 404])
  expect((await raw({ target: '/api/v1/nothing' })).status).toBe(401)
})

it('every answer carries the headers that keep browsers in bounds', async () => {
  const answers = [
    await raw({}),
    await raw({ headers: [['host', 'evil.example']] }),
    await raw({ target: '/openapi.json' }),
    await raw({ headers: [['authorization', `Bearer ${issue().token}`]] }),
  ]
  expect(answers.map(({ status }) => status)).toEqual([401, 403, 200, 200])
  for (const { headers } of answers) {
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
  }
})

it('a start ends with a clear word when the port is taken', async () => {
  const main = join(import.meta.dirname, '../src/main.ts')
  const env = {
    PATH: process.env.PATH,
    CAUSEWAY_PORT: '0',
    CAUSEWAY_ADMIN_PORT: new URL(gateway.adminUrl).port,
    CAUSEWAY_HOME: join(gateway.dir, 'another'),
  }
  const up = spawn(process.execPath, [main, 'up', '--config', gateway.configPath], { env })
  let said = ''
  up.stderr.on('data', (chunk) => {
    said += chunk
  })
  const [code] = await once(up, 'exit')
  expect([code, said]).toEqual([1, expect.stringContaining('Cannot listen for admins on port')])
  expect(said).toContain('CAUSEWAY_ADMIN_PORT')
})

it('turned off there is none, and nothing is offered', async () => {
  const off = await startGateway({ upstreams: {}, admin: false })
  expect(off.listening.adminUrl).toBeUndefined()
  await off.close()
})

it('/readyz of a public listener names upstreams to an admin token alone', async () => {
  const port = String(await freePort())
  const open = await listen({
    configPath: gateway.configPath,
    env: {
      CAUSEWAY_HOST: '0.0.0.0',
      CAUSEWAY_PORT: port,
      CAUSEWAY_ADMIN_PORT: '0',
      CAUSEWAY_PUBLIC_URL: 'https://gateway.example',
    },
    log: pino({ level: 'silent' }),
  })
  const { token } = issue({ access: 'read' })
  const isNaming = async (authorization?: string) => {
    const headers = authorization === undefined ? {} : { headers: { authorization } }
    return 'upstreams' in ((await (await fetch(`http://127.0.0.1:${port}/readyz`, headers)).json()) as object)
  }
  expect(await isNaming(`Bearer ${token}`)).toBe(true)
  for (const other of [undefined, `Bearer ${gateway.key('ops')}`, `Bearer ${token}x`])
    expect(await isNaming(other)).toBe(false)
  await open.close()
})

it('a stream of failures is slowed down, and whoever has a good token is not', async () => {
  const { token } = issue()
  const answers = []
  for (let i = 0; i < 12; i++) answers.push(await bearer('cwa_guess')('GET', '/api/v1/health'))
  expect(answers.at(-1)?.json.error.code).toBe('too_many_attempts')
  expect(Number(answers.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await statusOf(token)).toBe(200)
})
