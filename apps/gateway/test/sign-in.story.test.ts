/** Clients that nobody here wrote sign in by themselves, at an issuer that nobody here wrote; and what is one caller's is nobody else's. */
import {
  Client as ClientV2,
  ClientCredentialsProvider as CredentialsV2,
  StreamableHTTPClientTransport as TransportV2,
} from '@modelcontextprotocol/client'
import { ClientCredentialsProvider as CredentialsV1 } from '@modelcontextprotocol/sdk/client/auth-extensions.js'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { post } from './support/clients.ts'
import { CLIENT_SECRET, type Oidc, startOidc } from './support/start-oidc.ts'
import { type Scripted, startScripted } from './support/start-scripted.ts'
import { startTestIssuer, type TestIssuer } from './support/test-issuer.ts'
import { verifies } from './support/verifies.ts'

let trusted: Oidc
let untrusted: Oidc
let issuer: TestIssuer
let scripted: Scripted

beforeAll(async () => {
  trusted = await startOidc(['bot', 'unknown'], ['notes.read'])
  untrusted = await startOidc(['bot'], ['notes.read'])
  issuer = await startTestIssuer()
  scripted = await startScripted(
    {},
    {
      up: { tools: { echo: { scopes: ['notes.read'] } } },
      auth: { issuers: [{ issuer: trusted.url }, { issuer: issuer.url }] },
      agents: { ops: { roles: ['operator'] }, bot: { roles: ['reader'] } },
      rules: [
        { id: 'operators', effect: 'allow', roles: ['operator'], tools: ['*'] },
        { id: 'readers', effect: 'allow', roles: ['reader'], tools: ['scope:notes.read'] },
      ],
    },
  )
})
afterAll(async () => {
  await scripted.close()
  await Promise.all([trusted.close(), untrusted.close(), issuer.stop()])
})

const INFO = { name: 'story', version: '1.0.0' }
const ECHO = { name: 'up__echo', arguments: {} }
const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: INFO },
})
const ECHOED = [{ type: 'text', text: 'echo' }]

async function signInV2(clientId: string, era: 'modern' | 'legacy'): Promise<ClientV2> {
  const authProvider = new CredentialsV2({ clientId, clientSecret: CLIENT_SECRET, expectedIssuer: trusted.url })
  const client = new ClientV2(INFO, {
    versionNegotiation: { mode: era === 'modern' ? { pin: '2026-07-28' } : 'legacy' },
  })
  await client.connect(new TransportV2(new URL(scripted.url), { authProvider }))
  return client
}

describe('client credentials', () => {
  it.each(['modern', 'legacy'] as const)('let the v2 client in by itself, in the %s era', async (era) => {
    const client = await signInV2('bot', era)
    expect((await client.callTool(ECHO)).content).toEqual(ECHOED)
    await client.close()
  })

  it('let the v1 client in by itself', async () => {
    // Unlike v2 it asks for the scopes that it was made with, and not for those of the challenge.
    const authProvider = new CredentialsV1({
      clientId: 'bot',
      clientSecret: CLIENT_SECRET,
      scope: 'notes.read',
      expectedIssuer: trusted.url,
    })
    const client = new ClientV1(INFO)
    await client.connect(new TransportV1(new URL(scripted.url), { authProvider }))
    expect((await client.callTool(ECHO)).content).toEqual(ECHOED)
    await client.close()
  })

  it('of an agent that nobody knows let nobody in', async () => {
    await expect(signInV2('unknown', 'modern')).rejects.toThrow()
  })

  it.each([
    ['trusted', () => trusted, 200],
    ['untrusted', () => untrusted, 401],
  ])('of a(n) %s issuer count accordingly', async (_name, from, status) => {
    const answer = await fetch(`${from().url}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`bot:${CLIENT_SECRET}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource: scripted.url, scope: 'notes.read' }),
    })
    const { access_token: token } = (await answer.json()) as { access_token: string }
    expect((await post(scripted.url, token, '{"jsonrpc":"2.0","id":1,"method":"ping"}')).status).toBe(status)
  })
})

describe('a user', () => {
  const tokenOf = (sub: string) => issuer.token({ claims: { aud: scripted.url, sub, scope: 'notes.read' } })

  it('has sessions that are nothing to another user of the same agent, or to the agent', async () => {
    const began = await post(scripted.url, tokenOf('ada'), INITIALIZE)
    const session = { 'mcp-session-id': began.headers.get('mcp-session-id') as string }
    const call = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: ECHO })
    expect((await post(scripted.url, tokenOf('ada'), call, session)).json?.result?.content).toEqual(ECHOED)
    for (const other of [tokenOf('bob'), tokenOf('bot'), scripted.gateway.key('bot')]) {
      expect((await post(scripted.url, other, call, session)).status).toBe(404)
    }
  })
})

describe(verifies('auth.passthrough', 'what a request carries'), () => {
  it('does not reach an upstream, unless it is a part of the call', async () => {
    scripted.upstream.received.splice(0)
    const token = issuer.token({ claims: { aud: scripted.url, scope: 'notes.read' } })
    const call = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: ECHO })
    const inbound = {
      cookie: 'session=canary-1',
      'x-api-key': 'canary-2',
      'x-forwarded-for': 'canary-3',
      'x-anything': 'canary-4',
      'proxy-authorization': 'Basic canary-5',
      'last-event-id': 'canary-6',
      forwarded: 'for=canary-7',
    }
    for (const credential of [token, scripted.key]) {
      const began = await post(scripted.url, credential, INITIALIZE)
      const session = began.headers.get('mcp-session-id') as string
      expect((await post(scripted.url, credential, call, { ...inbound, 'mcp-session-id': session })).status).toBe(200)
      const { headers, text } = scripted.upstream.received.at(-1) ?? { headers: {}, text: '' }
      const sent = `${JSON.stringify(headers)}${text}`
      expect(sent).toContain('echo')
      for (const secret of ['canary', credential, session]) expect(sent).not.toContain(secret)
    }
  })
})
