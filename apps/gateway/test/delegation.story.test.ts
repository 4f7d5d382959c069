/** A caller with a token is its agent and its user: upstreams that are told callers hear of both, and nothing outlives the token. */
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bareTool } from './fixtures/scripted-upstream.ts'
import { post, postModern } from './support/clients.ts'
import { OPERATOR_RULES } from './support/start-gateway.ts'
import { type Scripted, startScripted } from './support/start-scripted.ts'
import { runStoryCli } from './support/story-cli.ts'
import { startTestIssuer, type TestIssuer } from './support/test-issuer.ts'
import { verifies } from './support/verifies.ts'

let issuer: TestIssuer
let scripted: Scripted

beforeAll(async () => {
  issuer = await startTestIssuer()
  scripted = await startScripted(
    { tools: ['other', 'pay'].map(bareTool) },
    {
      up: {
        auth: { mode: 'gateway' },
        tools: { echo: { scopes: ['notes.read'] }, other: { scopes: ['notes.write'] } },
      },
      auth: { issuers: [{ issuer: issuer.url }] },
      agents: { ops: { roles: ['operator'] }, bot: { roles: ['operator'] } },
      approvers: { ada: { roles: ['leads'] }, carol: { roles: ['leads'] } },
      rules: [
        ...OPERATOR_RULES,
        { id: 'pay', effect: 'approve', roles: ['operator'], tools: ['up__pay'], approvers: ['leads'] },
      ],
    },
  )
})
afterAll(async () => {
  await scripted.close()
  await issuer.stop()
})

const tokenOf = (claims: Record<string, unknown> = {}) => issuer.token({ claims: { aud: scripted.url, ...claims } })

async function presented(credential: string) {
  const { status } = await postModern(scripted.url, credential, 'tools/call', { name: 'up__echo', arguments: {} })
  expect(status).toBe(200)
  const { authorization = '' } = scripted.upstream.received.at(-1)?.headers ?? {}
  const { sub, act, scopes, aud, iss } = decodeJwt(authorization.replace('Bearer ', ''))
  expect([aud, iss]).toEqual(['up', scripted.gateway.url])
  return { sub, act, scopes }
}

it('upstreams are told the user as the subject and the agent as the actor', async () => {
  expect(await presented(tokenOf({ sub: 'ada' }))).toMatchObject({ sub: 'ada', act: { sub: 'bot' } })
  expect(await presented(tokenOf({ sub: 'bob' }))).toMatchObject({ sub: 'bob', act: { sub: 'bot' } })
  expect(await presented(tokenOf())).toMatchObject({ sub: 'bot', act: undefined })
})

it('upstreams are told no scope that the token lacks, but what the call itself needs', async () => {
  expect((await presented(scripted.key)).scopes).toEqual(['notes.read', 'notes.write'])
  expect((await presented(tokenOf({ scope: 'notes.read notes.write openid' }))).scopes).toEqual([
    'notes.read',
    'notes.write',
  ])
  expect((await presented(tokenOf())).scopes).toEqual(['notes.read'])
})

it.each(['modern', 'legacy'] as const)('a stream of the %s era ends when its token does', async (era) => {
  const exp = Math.floor(Date.now() / 1_000) + 2
  const token = tokenOf({ exp })
  const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream, application/json' }
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const params = { notifications: { toolsListChanged: true }, _meta: meta }
  const stream =
    era === 'legacy'
      ? await fetch(scripted.url, { headers })
      : await fetch(scripted.url, {
          method: 'POST',
          headers: {
            ...headers,
            'content-type': 'application/json',
            'mcp-protocol-version': '2026-07-28',
            'mcp-method': 'subscriptions/listen',
          },
          body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params }),
        })
  expect(stream.status).toBe(200)
  await stream.text()
  expect(Date.now()).toBeGreaterThanOrEqual(exp * 1_000)
  expect(Date.now()).toBeLessThan(exp * 1_000 + 3_000)
  expect((await post(scripted.url, token, '{"jsonrpc":"2.0","id":1,"method":"ping"}')).status).toBe(401)
})

it(verifies('integrity.bound', 'a session of one user is neither listened to nor ended by another'), async () => {
  const [ada, bob] = [tokenOf({ sub: 'ada' }), tokenOf({ sub: 'bob' })]
  const initialize = JSON.stringify({
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
  })
  const session = (await post(scripted.url, ada, initialize)).headers.get('mcp-session-id') as string
  for (const method of ['GET', 'DELETE']) {
    const headers = { authorization: `Bearer ${bob}`, accept: 'text/event-stream', 'mcp-session-id': session }
    expect((await fetch(scripted.url, { method, headers })).status).toBe(404)
  }
})

it(
  verifies('integrity.bound', 'an approval for one user is of no use to another, and the user does not give it'),
  async () => {
    const pay = async (credential: string) => {
      const { json } = await postModern(scripted.url, credential, 'tools/call', {
        name: 'up__pay',
        arguments: { n: 1 },
      })
      return (json?.error?.data ?? { code: 'served' }) as { code: string; approvalId: string }
    }
    const [ada, bob, alone] = [tokenOf({ sub: 'ada' }), tokenOf({ sub: 'bob' }), tokenOf()]
    const { approvalId } = await pay(ada)
    const approve = (by: string) => runStoryCli(scripted.gateway, 'approvals', 'approve', approvalId, '--by', by)
    expect((await approve('ada')).error?.code).toBe('approval_requester')
    expect((await approve('carol')).data[0]).toMatchObject({ agent: 'bot', user: 'ada', state: 'approved' })
    expect([(await pay(bob)).code, (await pay(alone)).code]).toEqual(['approval_required', 'approval_required'])
    // Another token of the same user is as good.
    expect((await pay(tokenOf({ sub: 'ada', jti: 'another' }))).code).toBe('served')
  },
)
