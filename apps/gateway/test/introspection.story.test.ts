/** Opaque tokens: the issuer is asked what they are, seldom, and without its answer nobody is let in. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Client as ClientV2,
  ClientCredentialsProvider as CredentialsV2,
  StreamableHTTPClientTransport as TransportV2,
} from '@modelcontextprotocol/client'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { revokeTokens } from '../src/identity/revocation.ts'
import { post } from './support/clients.ts'
import { until } from './support/start-gateway.ts'
import { CLIENT_SECRET, startOidc } from './support/start-oidc.ts'
import { PING, type Scripted, startScripted } from './support/start-scripted.ts'
import { startTestIssuer } from './support/test-issuer.ts'
import { verifies } from './support/verifies.ts'

const SECRET = 'a secret: with %, + and more'
const nowS = () => Math.floor(Date.now() / 1_000)

let scripted: Scripted
let asked: { token: string; authorization: string | undefined }[]
/** What the issuer answers: a status with a body, or with more of an answer for an active token. */
let answer: { delayMs?: number; status?: number; text?: string; said?: Record<string, unknown> }
let count = 0
/** Questions that are not answered yet, now and at worst. */
let open = 0
let mostOpen = 0

const http = createServer(async (request, response) => {
  const form = new URLSearchParams(await textOf(request))
  mostOpen = Math.max(mostOpen, ++open)
  asked.push({ token: form.get('token') ?? '', authorization: request.headers.authorization })
  const said = { active: true, client_id: 'bot', aud: scripted.url, iat: nowS(), exp: nowS() + 60, ...answer.said }
  if (answer.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, answer.delayMs))
  open--
  response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', location: '/elsewhere' })
  response.end(answer.text ?? JSON.stringify(said))
})

const secrets = mkdtempSync(join(tmpdir(), 'causeway-secrets-'))
afterAll(() => rmSync(secrets, { recursive: true, force: true }))

function secretFile(name: string, secret: string): string {
  writeFileSync(join(secrets, name), secret)
  return `\${file:${join(secrets, name)}}`
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

beforeAll(async () => {
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const introspection = { url: `${issuer}/introspect`, clientId: 'gateway:1' }
  scripted = await startScripted(
    {},
    {
      auth: { issuers: [{ issuer, introspection: { ...introspection, clientSecret: secretFile('own', SECRET) } }] },
      agents: { ops: { roles: ['operator'] }, bot: { roles: ['operator'] }, 'capped-*': { limits: { perMinute: 9 } } },
    },
  )
})
afterAll(async () => {
  await scripted.close()
  http.closeAllConnections()
  http.close()
})
beforeEach(() => {
  asked = []
  answer = {}
})

const newToken = () => `opaque-${++count}`
const statusOf = async (token: string) => (await post(scripted.url, token, PING)).status

it('an active token for this route is let in, and asked about once', async () => {
  const token = newToken()
  const together = await Promise.all(Array.from({ length: 8 }, () => statusOf(token)))
  expect(new Set([...together, await statusOf(token)])).toEqual(new Set([200]))
  const encoded = [`gateway%3A1`, 'a+secret%3A+with+%25%2C+%2B+and+more'].join(':')
  expect(asked).toEqual([{ token, authorization: `Basic ${btoa(encoded)}` }])
  revokeTokens(scripted.gateway.listening.store, { agent: 'bot' })
  expect(await statusOf(token)).toBe(401)
  answer = { said: { iat: nowS() + 31 } }
  expect(await statusOf(newToken())).toBe(401)
})

it('a client that goes away before it is known leaves no stream behind', async () => {
  answer = { delayMs: 150 }
  const asking = (method: string, body: string | undefined) =>
    fetch(scripted.url, {
      method,
      body,
      signal: AbortSignal.timeout(50),
      headers: {
        authorization: `Bearer ${newToken()}`,
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
      },
    })
  await expect(asking('GET', undefined)).rejects.toThrow()
  const { gateway } = scripted.gateway.listening
  await until(() => open === 0, 'the issuer has answered')
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect([gateway.streams.size, gateway.limits.shareOf('bot').streams, gateway.admission.inFlight]).toEqual([0, 0, 0])
})

describe(verifies('auth.matrix', 'an opaque token'), () => {
  it.each<[string, typeof answer]>([
    ['that is not active', { text: '{"active":false}' }],
    ['that is active as a word', { said: { active: 'true' } }],
    ['of another issuer', { said: { iss: 'https://elsewhere.example' } }],
    ['for another resource', { said: { aud: 'https://elsewhere.example' } }],
    ['for no resource', { said: { aud: undefined } }],
    ['that has expired', { said: { exp: nowS() - 1 } }],
    ['without an end', { said: { exp: undefined } }],
    ['without a beginning', { said: { iat: undefined } }],
    ['of an agent that nobody knows', { said: { client_id: 'bert' } }],
    ['of an agent of which there are limits alone', { said: { client_id: 'capped-1' } }],
    ['of no agent', { said: { client_id: undefined } }],
    ['that is bound to a key', { said: { cnf: { jkt: 'x' } } }],
    ['that needs a proof', { said: { token_type: 'DPoP' } }],
    ['about which nothing is said', { text: 'null' }],
    ['about which the answer is no JSON', { text: '<html>' }],
    ['about which the answer is elsewhere', { status: 302 }],
    ['about which the issuer fails', { status: 500 }],
    ['about which the gateway may not ask', { status: 401 }],
    ['about which the answer is too large', { said: { filler: 'x'.repeat(300_000) } }],
  ])('%s is refused', async (_name, said) => {
    answer = said
    expect(await statusOf(newToken())).toBe(401)
    expect(asked).toHaveLength(1)
    expect(scripted.upstream.received).toEqual([])
  })
})

it('what is ours or says itself what it is goes to no issuer', async () => {
  const stranger = await startTestIssuer()
  for (const token of [
    scripted.key,
    `${scripted.key}x`,
    'cwa_anything',
    'cws_anything',
    'a.b.c',
    stranger.token(),
    'with"quote',
  ])
    await statusOf(token)
  expect(asked).toEqual([])
  await stranger.stop()
})

it('a flood of made-up tokens is a bounded number of questions at a time', async () => {
  answer = { text: '{"active":false}', delayMs: 200 }
  mostOpen = 0
  const statuses = await Promise.all(Array.from({ length: 100 }, () => statusOf(newToken())))
  expect(new Set(statuses)).toEqual(new Set([401]))
  expect(mostOpen).toBeGreaterThan(1)
  expect(mostOpen).toBeLessThanOrEqual(16)
})

it('a client that nobody here wrote is let in with tokens of an issuer that nobody here wrote', async () => {
  const oidc = await startOidc(['bot'], ['notes.read'], { format: 'opaque' })
  const introspection = { url: `${oidc.url}/token/introspection`, clientId: 'bot' }
  const clientSecret = secretFile('oidc', CLIENT_SECRET)
  const gateway = await startScripted(
    {},
    {
      auth: { issuers: [{ issuer: oidc.url, introspection: { ...introspection, clientSecret } }] },
      agents: { ops: { roles: ['operator'] }, bot: { roles: ['operator'] } },
    },
  )
  const by = { clientId: 'bot', clientSecret: CLIENT_SECRET, expectedIssuer: oidc.url, scope: 'notes.read' }
  const client = new ClientV2({ name: 'story', version: '1.0.0' })
  await client.connect(new TransportV2(new URL(gateway.url), { authProvider: new CredentialsV2(by) }))
  expect((await client.callTool({ name: 'up__echo', arguments: {} })).content).toEqual([{ type: 'text', text: 'echo' }])
  await client.close()
  await gateway.close()
  await oidc.close()
})
