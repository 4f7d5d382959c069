/** Clients that nobody here wrote send a person to sign in, at an issuer that nobody here wrote and at the development issuer: codes with PKCE, more scopes when a call needs them, new tokens without a person. */
import {
  Client as ClientV2,
  ClientCredentialsProvider as CredentialsV2,
  StreamableHTTPClientTransport as TransportV2,
} from '@modelcontextprotocol/client'
import { ClientCredentialsProvider as CredentialsV1 } from '@modelcontextprotocol/sdk/client/auth-extensions.js'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { revokeTokens } from '../src/identity/revocation.ts'
import { post } from './support/clients.ts'
import { CALLBACK, createPerson, type Person } from './support/person.ts'
import { rawRequest } from './support/raw-http.ts'
import { browse } from './support/scripted-browser.ts'
import { type Oidc, startOidc } from './support/start-oidc.ts'
import { PING, type Scripted, startScripted } from './support/start-scripted.ts'

const INFO = { name: 'story', version: '1.0.0' }
const SCOPES = ['notes.read', 'notes.write']

let external: Oidc
let outside: Scripted
let local: Scripted

const settings = {
  up: { auth: { mode: 'gateway' }, tools: { echo: { scopes: ['notes.read'] }, put: { scopes: SCOPES } } },
  agents: { ops: { roles: ['operator'] }, bot: { roles: ['reader'] } },
  // The scope that is named in full is asked for at once, the other when it is needed.
  rules: [
    { id: 'operators', effect: 'allow', roles: ['operator'], tools: ['*'] },
    { id: 'readers', effect: 'allow', roles: ['reader'], tools: ['scope:notes.read', 'scope:notes.w*'] },
  ],
}

beforeAll(async () => {
  external = await startOidc([], SCOPES, { browsers: ['bot'] })
  const lists = { tools: [{ name: 'put', inputSchema: { type: 'object' } }] }
  outside = await startScripted(lists, { ...settings, auth: { issuers: [{ issuer: external.url }] } })
  local = await startScripted(lists, { ...settings, auth: { development: { port: 0 } } })
})
afterAll(async () => {
  await Promise.all([outside.close(), local.close()])
  await external.close()
})

interface AnyClient {
  callTool(call: { name: string; arguments: object }): Promise<{ content?: unknown }>
  close(): Promise<void>
}
interface AnyTransport {
  finishAuth(code: string, iss?: string): Promise<void>
}

type Connect = (url: string, person: Person) => { client: AnyClient; transport: AnyTransport; connect(): Promise<void> }

const byV2 =
  (era: 'modern' | 'legacy'): Connect =>
  (url, person) => {
    const client = new ClientV2(INFO, {
      versionNegotiation: { mode: era === 'modern' ? { pin: '2026-07-28' } : 'legacy' },
    })
    const transport = new TransportV2(new URL(url), { authProvider: person })
    return { client: client as AnyClient, transport, connect: () => client.connect(transport) }
  }
const byV1: Connect = (url, person) => {
  const client = new ClientV1(INFO)
  const transport = new TransportV1(new URL(url), { authProvider: person })
  return { client: client as AnyClient, transport, connect: () => client.connect(transport) }
}

const clients: [string, Connect][] = [
  ['v2, modern', byV2('modern')],
  ['v2, legacy', byV2('legacy')],
  ['v1', byV1],
]
const issuers = {
  'the development issuer': {
    at: () => local,
    person: () => createPerson({ agent: 'bot', user: 'ada', answer: 'approve' }),
  },
  'an issuer elsewhere': {
    at: () => outside,
    person: () => createPerson({ login: 'ada', password: 'any' }, { client_id: 'bot', issuer: external.url }),
  },
}

async function comeBack(transport: AnyTransport, person: Person): Promise<void> {
  const back = await person.approve()
  await transport.finishAuth(back.get('code') ?? '', back.get('iss') ?? undefined)
}

/** Connects, which takes a person once; a transport that was refused is of no further use. */
async function signIn(connect: Connect, url: string, person: Person): Promise<ReturnType<Connect>> {
  const first = connect(url, person)
  await expect(first.connect()).rejects.toThrow(/[Uu]nauthorized/)
  await comeBack(first.transport, person)
  const second = connect(url, person)
  await second.connect()
  return second
}

const echo = (client: AnyClient) => client.callTool({ name: 'up__echo', arguments: {} })
const put = (client: AnyClient) => client.callTool({ name: 'up__put', arguments: {} })

describe.each(Object.entries(issuers))('at %s', (_name, { at, person: newPerson }) => {
  it.each(clients)('a person signs in for a client (%s), which then calls for her', async (_client, connect) => {
    const person = newPerson()
    const { client } = await signIn(connect, at().url, person)
    expect((await echo(client)).content).toEqual([{ type: 'text', text: 'echo' }])
    const { authorization = '' } = at().upstream.received.at(-1)?.headers ?? {}
    expect(decodeJwt(authorization.replace('Bearer ', ''))).toMatchObject({ sub: 'ada', act: { sub: 'bot' } })
    expect(person.sentBefore).toHaveLength(1)
    const asked = person.sentBefore[0]?.searchParams
    expect([asked?.get('code_challenge_method'), asked?.get('resource')]).toEqual(['S256', at().url])
    await client.close()
  })

  it.each(clients)('a call that needs more scopes sends the person again (%s)', async (name, connect) => {
    const person = newPerson()
    // With one, v1 asks for the same scopes again instead.
    if (name === 'v1') person.forgetRefreshTokens()
    const { client, transport } = await signIn(connect, at().url, person)
    expect(scopesOf(person)).not.toContain('notes.write')
    await expect(put(client)).rejects.toThrow(/[Uu]nauthorized/)
    expect(person.sentBefore).toHaveLength(2)
    await comeBack(transport, person)
    expect(scopesOf(person)).toContain('notes.write')
    await put(client)
    expect(at().upstream.received.at(-1)?.params).toMatchObject({ name: 'put' })
    await client.close()
  })

  it.each(clients)('a token that counts no more is replaced without the person (%s)', async (_client, connect) => {
    const person = newPerson()
    const { client } = await signIn(connect, at().url, person)
    const before = person.tokens()?.access_token ?? ''
    revokeTokens(at().gateway.listening.store, { tokenId: decodeJwt(before).jti as string })
    expect((await echo(client)).content).toEqual([{ type: 'text', text: 'echo' }])
    expect(person.tokens()?.access_token).not.toBe(before)
    expect(person.sentBefore).toHaveLength(1)
    await client.close()
  })
})

describe('the development issuer', () => {
  const url = () => local.gateway.listening.developmentUrl as string
  const person = () => createPerson({ agent: 'bot', user: '', answer: 'approve' })
  let key: string
  beforeAll(() => {
    key = local.gateway.key('bot')
  })
  const grant = (secret: string, scope = 'notes.read') =>
    fetch(`${url()}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`bot:${secret}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource: local.url, scope }),
    })
  const tokenOfBot = async (scope?: string) =>
    ((await (await grant(key, scope)).json()) as { access_token: string }).access_token
  const register = async () => {
    const { clientMetadata } = person()
    const answer = await fetch(`${url()}/reg`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(clientMetadata),
    })
    return ((await answer.json()) as { client_id: string }).client_id
  }
  const authorization = async (changed: Record<string, string> = {}) => {
    const asked = {
      client_id: await register(),
      response_type: 'code',
      redirect_uri: CALLBACK,
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
      resource: local.url,
      scope: 'notes.read',
      ...changed,
    }
    return new URL(`${url()}/auth?${new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== ''))}`)
  }
  const errorOf = async (changed: Record<string, string>) =>
    (await browse(await authorization(changed), new URL(CALLBACK), { agent: 'bot' })).get('error')

  it('goes on over a reload, which may bring scopes, and says what needs a restart', async () => {
    const { gateway } = local
    const before = await post(local.url, await tokenOfBot(), PING)
    const { up, agents, ...others } = settings
    const common = { agents, upstreams: { up: { url: local.upstream.url, ...up } } }
    const rules = [...others.rules, { id: 'new', effect: 'allow', roles: ['reader'], tools: ['scope:notes.new'] }]
    gateway.write({ ...common, rules, auth: { development: { port: 1 } } })
    expect(gateway.listening.reload()).toContain('auth.development')
    expect([before.status, (await post(local.url, await tokenOfBot('notes.new'), PING)).status]).toEqual([200, 200])
    gateway.write({ ...common, ...others, auth: { development: { port: 0 } } })
    expect(gateway.listening.reload()).not.toContain('auth.development')
  })

  it.each(['v2', 'v1'] as const)('lets an agent in by itself, whose secret is its API key (%s)', async (sdk) => {
    const by = { clientId: 'bot', clientSecret: key, scope: 'notes.read', expectedIssuer: url() }
    const client = sdk === 'v1' ? new ClientV1(INFO) : new ClientV2(INFO)
    const at = new URL(local.url)
    if (client instanceof ClientV1) await client.connect(new TransportV1(at, { authProvider: new CredentialsV1(by) }))
    else await client.connect(new TransportV2(at, { authProvider: new CredentialsV2(by) }))
    await echo(client as AnyClient)
    const { authorization = '' } = local.upstream.received.at(-1)?.headers ?? {}
    expect(decodeJwt(authorization.replace('Bearer ', '')).sub).toBe('bot')
    await client.close()
  })

  it.each([
    ['the key of another agent', () => local.key],
    ['no key', () => 'wrong'],
  ])('takes %s for no secret', async (_name, secret) => {
    expect((await grant(secret())).status).toBe(401)
  })

  it('offers codes and client credentials, and no implicit flow', async () => {
    const answered = await fetch(`${url()}/.well-known/openid-configuration`)
    const metadata = (await answered.json()) as Record<string, string[]>
    expect(metadata.response_types_supported).toEqual(['code'])
    expect(metadata.grant_types_supported?.toSorted()).toEqual([
      'authorization_code',
      'client_credentials',
      'refresh_token',
    ])
    const answer = await fetch(`${url()}/reg`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        redirect_uris: ['https://app.example/back'],
        response_types: ['id_token'],
        grant_types: ['implicit'],
      }),
    })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: 'invalid_client_metadata' })
  })

  it('gives no code without PKCE, with its plain form, for another resource, or when the person refuses', async () => {
    expect(await errorOf({ code_challenge: '', code_challenge_method: '' })).toBe('invalid_request')
    expect(await errorOf({ code_challenge_method: 'plain' })).toBe('invalid_request')
    expect(await errorOf({ resource: 'https://elsewhere.example/mcp' })).toBe('invalid_target')
    const refused = await browse(await authorization(), new URL(CALLBACK), { answer: 'refuse' })
    expect(refused.get('error')).toBe('access_denied')
  })

  it('sends nobody where its client does not wait', async () => {
    const answer = await fetch(await authorization({ redirect_uri: 'http://127.0.0.1:9/elsewhere' }))
    expect([answer.status, answer.redirected]).toEqual([400, false])
  })

  it('lets nobody be an agent that is not there', async () => {
    const stranger = { agent: 'nobody', answer: 'approve' }
    await expect(browse(await authorization(), new URL(CALLBACK), stranger)).rejects.toThrow('There is no such agent')
  })

  it('shows what a client calls itself as text, in a frame of its own', async () => {
    const page = await fetch(await authorization(), { redirect: 'manual' })
    const cookie = page.headers.getSetCookie().map((each) => each.split(';', 1)[0])
    const at = new URL(page.headers.get('location') ?? '', url())
    const shown = await fetch(at, { headers: { cookie: cookie.join('; ') } })
    const text = await shown.text()
    expect(text).toContain('A &lt;b&gt;story&lt;/b&gt;')
    expect(shown.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    const answered = { method: 'POST', body: new URLSearchParams({ agent: 'bot', user: '', answer: 'approve' }) }
    const foreign = { cookie: cookie.join('; '), origin: 'https://evil.example' }
    expect((await fetch(at, { ...answered, headers: foreign })).status).toBe(403)
    expect((await fetch(at, answered)).status).toBe(400)
  })

  it.each<[string, Record<string, string>]>([
    ['under another name', { Host: 'rebound.example' }],
    ['through a proxy', { 'X-Forwarded-For': '203.0.113.7' }],
    ['through a tunnel', { Forwarded: 'for=203.0.113.7' }],
  ])('serves nobody %s', async (_name, changed) => {
    const headers = Object.entries({ Host: new URL(url()).host, ...changed })
    const { status } = await rawRequest(`${url()}/.well-known/openid-configuration`, { method: 'GET', headers })
    expect(status).toBe(403)
  })
})

function scopesOf(person: Person): string[] {
  const { scope } = decodeJwt(person.tokens()?.access_token ?? '') as { scope?: string }
  return scope?.split(' ') ?? []
}
