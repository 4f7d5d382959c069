/** The gateway signs in to upstreams at a real authorization service, for itself or for each caller; what agents bring goes nowhere. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../src/cli/run-cli.ts'
import { Secret } from '../src/config/secret.ts'
import { OAuthTokens, type OAuthUpstream } from '../src/credentials/oauth-tokens.ts'
import { type ProtectedUpstream, startProtectedLegacy, startProtectedModern } from './fixtures/protected-upstreams.ts'
import { type ScriptedUpstream, startScriptedUpstream } from './fixtures/scripted-upstream.ts'
import { connectV1, connectV2, postModern } from './support/clients.ts'
import { failureOf } from './support/failure-of.ts'
import { type StoryGateway, startGateway, until } from './support/start-gateway.ts'
import { startTokenService, type TokenService } from './support/start-token-service.ts'
import { newKey, startTestIssuer, type TestIssuer } from './support/test-issuer.ts'
import { upstreamConfig } from './support/upstream-config.ts'
import { verifies } from './support/verifies.ts'

const SECRET = 'a:secret with%odd+characters'
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

const dir = mkdtempSync(join(tmpdir(), 'causeway-secrets-'))
const key = newKey('ES256')
writeFileSync(join(dir, 'secret'), SECRET)
writeFileSync(join(dir, 'key.pem'), key.privateKey.export({ type: 'pkcs8', format: 'pem' }))
const clientSecret = `\${file:${join(dir, 'secret')}}`
const privateKey = `\${file:${join(dir, 'key.pem')}}`

let service: TokenService
let agents: TestIssuer
let modern: ProtectedUpstream
let legacy: ProtectedUpstream
let plain: ScriptedUpstream
let gateway: StoryGateway

const agentsOf = { ops: { roles: ['operator'] }, bot: { roles: ['operator'] }, other: { roles: ['operator'] } }
const start = async (upstreams: Record<string, unknown>) => {
  gateway = await startGateway({ upstreams, auth: { issuers: [{ issuer: agents.url }] }, agents: agentsOf })
  service.gatewayUrl = gateway.url
  return `${gateway.url}/mcp`
}
const byClient = (more: object = {}) => ({
  mode: 'client_credentials',
  issuer: service.url,
  clientId: 'causeway',
  clientSecret,
  ...more,
})

beforeAll(async () => {
  service = await startTokenService([
    { id: 'causeway', secret: SECRET },
    { id: 'posting', secret: SECRET, method: 'client_secret_post' },
    { id: 'signing', key },
  ])
  agents = await startTestIssuer()
  modern = await startProtectedModern(service.url)
  legacy = await startProtectedLegacy(service.url)
  plain = await startScriptedUpstream({ tools: [{ name: 'echo', inputSchema: { type: 'object' } }] })
})
afterEach(async () => {
  await gateway.close()
  service.answer = undefined
  service.lifeS = 300
  service.requests.splice(0)
  for (const upstream of [modern, legacy]) {
    upstream.seen.splice(0)
    upstream.revoked.clear()
    upstream.metadata = undefined
  }
})
afterAll(async () => {
  await Promise.all([service.stop(), agents.stop(), modern.close(), legacy.close(), plain.close()])
  rmSync(dir, { recursive: true })
})

const whoami = async (url: string, credential: string, upstream = 'up') => {
  const answer = await postModern(url, credential, 'tools/call', { name: `${upstream}__whoami` })
  const [content] = (answer.json?.result?.content ?? []) as { text: string }[]
  if (!content) throw Object.assign(new Error(answer.text), { answer })
  return JSON.parse(content.text) as Record<string, unknown>
}
const failed = async (url: string, credential: string) => {
  const answer = await postModern(url, credential, 'tools/call', { name: 'up__whoami' })
  const { id: _, ...failure } = failureOf(answer)
  return { failure, text: answer.text }
}

describe('client credentials', () => {
  it('let every agent call upstreams of both eras as the gateway, with one token for each', async () => {
    const url = await start({ up: { url: modern.url, auth: byClient() }, old: { url: legacy.url, auth: byClient() } })
    await gateway.ready('up', 'old')
    const ops = gateway.key('ops')
    for (const client of [
      await connectV1(url, ops),
      await connectV2(url, ops, 'modern'),
      await connectV2(url, ops, 'legacy'),
    ]) {
      for (const [name, { url: aud }] of [
        ['up__whoami', modern],
        ['old__whoami', legacy],
      ] as const) {
        const { content } = (await client.callTool({ name, arguments: {} })) as unknown as {
          content: [{ text: string }]
        }
        expect(JSON.parse(content[0].text)).toMatchObject({
          client_id: 'causeway',
          sub: 'causeway',
          aud,
          iss: service.url,
        })
      }
      await client.close()
    }
    await whoami(url, gateway.key('other'))
    expect(service.requests.map((request) => [request.get('grant_type'), request.get('resource')]).sort()).toEqual(
      [
        ['client_credentials', modern.url],
        ['client_credentials', legacy.url],
      ].sort(),
    )
  })

  it('are proven by a secret in the body, at an endpoint that is configured, for scopes and an audience', async () => {
    const auth = byClient({
      issuer: undefined,
      tokenUrl: `${service.url}/token`,
      clientId: 'posting',
      clientAuth: 'post',
      scope: 'notes.read',
      audience: 'notes',
    })
    const url = await start({ up: { url: modern.url, auth } })
    await gateway.ready('up')
    expect(await whoami(url, gateway.key('ops'))).toMatchObject({ client_id: 'posting', scope: 'notes.read' })
    expect(service.requests[0]?.get('audience')).toBe('notes')
  })

  it('are proven by a key, and not at a service in a private network that only the upstream names', async () => {
    modern.metadata = { resource: modern.url, authorization_servers: [service.url] }
    const auth = { mode: 'client_credentials', clientId: 'signing', privateKey }
    const url = await start({ up: { url: modern.url, auth } })
    await until(() => gateway.listening.gateway.upstreams.get('up')?.state.kind === 'down', 'up is down')
    expect(service.requests).toEqual([])
    gateway.write({
      upstreams: { up: { url: modern.url, auth: { ...auth, issuer: service.url } } },
      auth: { issuers: [{ issuer: agents.url }] },
      agents: agentsOf,
    })
    gateway.listening.reload()
    await gateway.ready('up')
    expect(await whoami(url, gateway.key('ops'))).toMatchObject({ client_id: 'signing' })
  })
})

describe('token exchange', () => {
  const auth = () => byClient({ mode: 'token_exchange' })

  it('gives each caller a token of its own: the agent, or the user for whom it acts', async () => {
    const url = await start({ up: { url: modern.url, auth: auth() } })
    await gateway.ready('up')
    const bot = (sub: string) => agents.token({ claims: { aud: url, sub } })
    const claims = await Promise.all([
      whoami(url, gateway.key('ops')),
      whoami(url, bot('bot')),
      whoami(url, bot('alice')),
      whoami(url, bot('bob')),
      whoami(url, gateway.key('ops')),
    ])
    expect(claims.map(({ sub, act }) => [sub, act])).toEqual([
      ['ops', undefined],
      ['bot', undefined],
      ['alice', { sub: 'bot' }],
      ['bob', { sub: 'bot' }],
      ['ops', undefined],
    ])
    const grants = service.requests.map((request) => request.get('grant_type'))
    expect(grants.sort()).toEqual(['client_credentials', EXCHANGE, EXCHANGE, EXCHANGE, EXCHANGE].sort())
    await whoami(url, bot('alice'))
    expect(service.requests).toHaveLength(5)
  })

  it('tells the service whose name for the user it is, in a token that is good for nothing else', async () => {
    const url = await start({ up: { url: modern.url, auth: auth() } })
    await gateway.ready('up')
    await whoami(url, agents.token({ claims: { aud: url, sub: 'alice' } }))
    const request = service.requests.find((each) => each.get('actor_token'))
    const assertion = request?.get('subject_token') as string
    const [head, payload] = assertion
      .split('.')
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()))
    expect(head).toMatchObject({ alg: 'EdDSA', typ: 'causeway-assertion+jwt' })
    expect(payload).toMatchObject({
      iss: gateway.url,
      aud: service.url,
      sub: 'alice',
      sub_id: { format: 'iss_sub', iss: agents.url, sub: 'alice' },
    })
    expect(payload.exp - payload.iat).toBe(60)
    const actor = JSON.parse(Buffer.from(String(request?.get('actor_token')?.split('.')[1]), 'base64url').toString())
    expect(actor.sub_id).toEqual({ format: 'iss_sub', iss: gateway.url, sub: 'bot' })
    expect((await postModern(url, assertion, 'tools/list')).status).toBe(401)
  })
})

describe(verifies('auth.passthrough', 'what an agent brings'), () => {
  it.each(['client_credentials', 'token_exchange'])(
    'reaches neither the upstream nor its service by %s',
    async (mode) => {
      const url = await start({ up: { url: modern.url, auth: byClient({ mode }) } })
      await gateway.ready('up')
      const inbound = [gateway.key('ops'), agents.token({ claims: { aud: url, sub: 'alice' } })]
      for (const credential of inbound) await whoami(url, credential)
      const sent = [...modern.seen, ...service.requests.map(String)].join('\n')
      expect(sent).not.toBe('')
      for (const credential of inbound) expect(sent).not.toContain(credential)
    },
  )
})

describe('a token that the upstream refuses', () => {
  it.each(['up', 'old'])('is replaced once, and the call is made (%s)', async (id) => {
    const upstream = id === 'up' ? modern : legacy
    const url = await start({ [id]: { url: upstream.url, auth: byClient() } })
    await gateway.ready(id)
    const ops = gateway.key('ops')
    await whoami(url, ops, id)
    upstream.revoked.add(upstream.seen.at(-1) as string)
    const before = service.requests.length
    const claims = await Promise.all(Array.from({ length: 8 }, () => whoami(url, ops, id)))
    expect(claims).toHaveLength(8)
    expect(service.requests.length - before).toBe(1)
  })

  it('is not replaced again and again, and its calls say so', async () => {
    const url = await start({ up: { url: modern.url, auth: byClient() } })
    await gateway.ready('up')
    const ops = gateway.key('ops')
    await whoami(url, ops)
    const before = service.requests.length
    Object.assign(modern, { revoked: { has: () => true, clear() {} } })
    try {
      for (let i = 0; i < 10; i++)
        expect((await failed(url, ops)).failure).toEqual({ status: 200, rpc: -32603, code: 'upstream_unavailable' })
    } finally {
      Object.assign(modern, { revoked: new Set() })
    }
    expect(service.requests.length - before).toBeLessThanOrEqual(2)
  })
})

describe('an authorization service', () => {
  it('that is dead fails the calls that need it, delays no list, and is asked again once it is back', async () => {
    service.lifeS = 1
    const url = await start({ up: { url: modern.url, auth: byClient() }, plain: { url: plain.url } })
    await gateway.ready('up', 'plain')
    const ops = gateway.key('ops')
    await whoami(url, ops)
    await service.stop()
    await until(async () => (await failed(url, ops).catch(() => undefined)) !== undefined, 'the token has ended')
    const { failure, text } = await failed(url, ops)
    expect(failure).toEqual({ status: 200, rpc: -32603, code: 'upstream_unavailable' })
    expect(text).not.toContain(service.url)
    const { json } = await postModern(url, ops, 'tools/list')
    expect(((json?.result?.tools ?? []) as { name: string }[]).map(({ name }) => name)).toEqual([
      'up__whoami',
      'plain__echo',
    ])
    expect((await postModern(url, ops, 'tools/call', { name: 'plain__echo' })).json?.result).toBeDefined()
    await service.start()
    await until(
      () =>
        whoami(url, ops).then(
          () => true,
          () => false,
        ),
      'the service is asked again',
    )
  })

  it('that refuses the gateway is named by `causeway ls upstreams`, and what it wrote reaches nobody', async () => {
    service.answer = (response) => {
      response.writeHead(400, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: 'invalid_scope', error_description: 'canary at /etc/idp' }))
    }
    const url = await start({ up: { url: modern.url, auth: byClient() }, plain: { url: plain.url } })
    await gateway.ready('plain')
    await until(() => gateway.listening.gateway.upstreams.get('up')?.state.kind === 'down', 'up is down')
    let said = ''
    await runCli(['ls', 'upstreams', '--config', gateway.configPath], {
      folder: gateway.dir,
      env: { CAUSEWAY_PORT: new URL(gateway.url).port },
      write: (text) => {
        said += text
      },
      writeAside() {},
      pipes() {
        throw new Error('The command has no pipes')
      },
    })
    expect(said).toMatch(/up +down +its authorization service refuses the gateway a token: invalid_scope/)
    expect(said).not.toContain('canary')
    expect((await postModern(url, gateway.key('ops'), 'tools/list')).text).not.toContain('canary')
  })

  it.each<[string, Record<string, unknown>]>([
    ['a token of another type', { access_token: 'x', token_type: 'DPoP', expires_in: 60 }],
    ['a token that is no header', { access_token: 'a\r\nX-Admin: 1', token_type: 'Bearer', expires_in: 60 }],
    ['a token that is too long', { access_token: 'a'.repeat(17_000), token_type: 'Bearer', expires_in: 60 }],
    ['no token', { token_type: 'Bearer' }],
    ['an endless answer', { access_token: 'a', token_type: 'Bearer', more: 'x'.repeat(300_000) }],
    ['an error of its own', { error: 'canary' }],
  ])('that answers with %s gives none', async (_name, body) => {
    service.answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    await start({ up: { url: modern.url, auth: byClient() } })
    await until(() => gateway.listening.gateway.upstreams.get('up')?.state.kind === 'down', 'up is down')
    expect(gateway.listening.gateway.upstreams.get('up')?.state).toMatchObject({
      reason: expect.stringMatching(/service/),
    })
    expect(modern.seen).toEqual([])
  })

  it('that answers oddly has nothing of its tokens logged', async () => {
    const lines: string[] = []
    const log = pino({ level: 'debug' }, { write: (line) => void lines.push(line) })
    const odd = [
      { access_token: 'canary-token', expires_in: 60 },
      { access_token: 'canary-token', token_type: 'mac' },
      { access_token: 'canary-token', token_type: 'Bearer', expires_in: 'soon' },
      { access_token: ['canary-token'], token_type: 'Bearer' },
      { error: 'invalid_grant', access_token: 'canary-token', error_description: 'no such grant' },
    ]
    await start({ plain: { url: plain.url } })
    const { callTokens } = gateway.listening.gateway
    const upstream = upstreamConfig({ url: modern.url, auth: byClient({ clientSecret: new Secret(SECRET) }) })
    for (const body of odd) {
      service.answer = (response) =>
        response
          .writeHead('error' in body ? 400 : 200, { 'content-type': 'application/json' })
          .end(JSON.stringify(body))
      const tokens = new OAuthTokens({ callTokens, log })
      const failure = await Promise.resolve(tokens.own(upstream as OAuthUpstream)).catch((error: unknown) => error)
      log.error({ err: failure }, 'failed')
    }
    expect(lines).toHaveLength(10)
    expect(lines.join('')).toContain('no such grant')
    for (const secret of ['canary', SECRET, encodeURIComponent(SECRET)]) expect(lines.join('')).not.toContain(secret)
  })

  it('that redirects is not followed with the secret', async () => {
    service.answer = (response) => response.writeHead(307, { location: `${plain.url}` }).end()
    plain.received.splice(0)
    await start({ up: { url: modern.url, auth: byClient() } })
    await until(() => gateway.listening.gateway.upstreams.get('up')?.state.kind === 'down', 'up is down')
    expect(plain.received).toEqual([])
  })
})
