/** The gateway as an OAuth protected resource: its metadata, its challenges, and scopes that only narrow. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { post, postModern } from './support/clients.ts'
import { rawRequest } from './support/raw-http.ts'
import { PING, type Scripted, startScripted } from './support/start-scripted.ts'
import { startTestIssuer, type TestIssuer } from './support/test-issuer.ts'
import { verifies } from './support/verifies.ts'

const WELL_KNOWN = '/.well-known/oauth-protected-resource'

let issuer: TestIssuer
let scripted: Scripted
let botKey: string

beforeAll(async () => {
  issuer = await startTestIssuer()
  const tool = (name: string) => ({ name, inputSchema: { type: 'object' } })
  scripted = await startScripted(
    { tools: ['free', 'read', 'write', 'hidden', 'both'].map(tool) },
    {
      up: {
        tools: {
          read: { scopes: ['notes.read'], effect: 'read' },
          write: { scopes: ['notes.read', 'notes.write'] },
          hidden: { scopes: ['notes.admin'] },
          both: { scopes: ['notes.read'] },
        },
      },
      auth: { issuers: [{ issuer: issuer.url }] },
      agents: { ops: { roles: ['operator'] }, bot: { roles: ['scoped'] } },
      rules: [
        { id: 'operators', effect: 'allow', roles: ['operator'], tools: ['*'] },
        { id: 'with-condition', effect: 'allow', roles: ['scoped'], tools: ['up__both'], when: 'user.name == "ada"' },
        { id: 'free', effect: 'allow', roles: ['scoped'], tools: ['up__free'] },
        { id: 'by-scope', effect: 'allow', roles: ['scoped'], tools: ['scope:notes.read', 'scope:notes.w*'] },
      ],
    },
  )
  botKey = scripted.gateway.key('bot')
})
afterAll(async () => {
  await scripted.close()
  await issuer.stop()
})

const token = (claims: Record<string, unknown> = {}) => issuer.token({ claims: { aud: scripted.url, ...claims } })
const metadataOf = (path: string) => ({
  resource: `${scripted.gateway.url}${path}`,
  resource_name: 'Causeway',
  authorization_servers: [issuer.url],
  bearer_methods_supported: ['header'],
  scopes_supported: ['notes.read'],
})
const challengeOf = (path: string) =>
  `Bearer realm="causeway", resource_metadata="${scripted.gateway.url}${WELL_KNOWN}${path}", scope="notes.read"`

describe(verifies('auth.metadata', 'metadata'), () => {
  it.each([
    ['', '/mcp'],
    ['/mcp', '/mcp'],
    ['/s/up/mcp', '/s/up/mcp'],
    ['/s/nothing/mcp', '/s/nothing/mcp'],
  ])('at the well-known path "%s" is of the public URL, whatever the request says', async (path, resource) => {
    const target = WELL_KNOWN + path
    const plain = await rawRequest(scripted.url, { method: 'GET', target })
    expect([plain.status, JSON.parse(plain.text)]).toEqual([200, metadataOf(resource)])
    const odd = [
      { target, headers: [['Host', 'evil.example']] },
      {
        target,
        headers: [
          ['X-Forwarded-Host', 'evil.example'],
          ['X-Forwarded-Proto', 'https'],
          ['Forwarded', 'host=evil.example'],
        ],
      },
      { target: `${target}?resource=https://evil.example`, headers: [] },
      { target: `http://evil.example${target}`, headers: [] },
    ] as const
    for (const request of odd) {
      const answer = await rawRequest(scripted.url, { method: 'GET', ...request })
      expect(answer.text).not.toContain('evil')
      if (answer.status === 200) expect(answer.text).toBe(plain.text)
    }
  })

  it('is not there for what is no route', async () => {
    for (const path of ['/', '/s', '/s/UP/mcp', '/s/up', '/mcp/x', '/s/a/b/mcp'])
      expect((await rawRequest(scripted.url, { method: 'GET', target: WELL_KNOWN + path })).status).toBe(404)
  })

  it('is what a challenge points to, whatever the request says', async () => {
    for (const path of ['/mcp', '/s/up/mcp', '/s/nothing/mcp'])
      for (const target of [path, `${path}?resource_metadata=https://evil.example`]) {
        const answer = await rawRequest(scripted.url, {
          target,
          headers: [
            ['Content-Type', 'application/json'],
            ['X-Forwarded-Host', 'evil.example'],
          ],
          body: PING,
        })
        expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, challengeOf(path)])
      }
  })
})

describe('the scopes of a token', () => {
  const call = (name: string, key: string, era: 'modern' | 'legacy') =>
    era === 'modern'
      ? postModern(scripted.url, key, 'tools/call', { name, arguments: {} })
      : post(
          scripted.url,
          key,
          JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {} } }),
        )

  describe.each(['modern', 'legacy'] as const)('in the %s era', (era) => {
    it('narrow what rules grant by scope, and every one that is needed is named at once', async () => {
      const refused = await call('up__write', token({ scope: 'notes.write' }), era)
      expect(refused.status).toBe(403)
      expect(refused.headers.get('www-authenticate')).toBe(
        `Bearer realm="causeway", error="insufficient_scope", scope="notes.read notes.write", resource_metadata="${scripted.gateway.url}${WELL_KNOWN}/mcp"`,
      )
      expect(refused.json?.error?.data).toMatchObject({
        code: 'insufficient_scope',
        requiredScopes: ['notes.read', 'notes.write'],
      })
      expect(
        (await call('up__write', token({ scope: 'openid notes.write notes.read' }), era)).json?.result,
      ).toBeDefined()
      expect((await call('up__read', token({ scp: ['notes.read'] }), era)).json?.result).toBeDefined()
      expect((await call('up__read', token(), era)).status).toBe(403)
    })

    it('are not needed for what is granted without, and grant nothing', async () => {
      expect((await call('up__free', token(), era)).json?.result).toBeDefined()
      const hidden = await call('up__hidden', token({ scope: 'notes.admin' }), era)
      const nothing = await call('up__nothing', token({ scope: 'notes.admin' }), era)
      expect([hidden.status, hidden.json?.error?.code]).toEqual([200, -32602])
      expect(nothing.status).toBe(200)
    })

    it('are not needed where a condition grants without, which is judged all the same', async () => {
      const outcome = async (claims: Record<string, unknown>) => (await call('up__both', token(claims), era)).json
      expect((await outcome({ sub: 'ada' }))?.result).toBeDefined()
      expect((await outcome({ sub: 'bob' }))?.error?.data).toMatchObject({ code: 'policy_denied' })
      expect((await outcome({ sub: 'bob', scope: 'notes.read' }))?.result).toBeDefined()
    })

    it('mean nothing to API keys', async () => {
      expect((await call('up__write', botKey, era)).json?.result).toBeDefined()
    })
  })

  it('hide nothing from lists', async () => {
    const names = async (key: string) => {
      const { json } = await postModern(scripted.url, key, 'tools/list')
      const tools = json?.result?.tools as { name: string }[] | undefined
      return tools?.map(({ name }) => name)
    }
    expect(await names(token())).toEqual(['up__free', 'up__read', 'up__write', 'up__both'])
    expect(await names(token({ scope: 'notes.read' }))).toEqual(await names(botKey))
  })
})

it('without an issuer there is no metadata, and a challenge names none', async () => {
  const alone = await startScripted()
  const answer = await post(alone.url, undefined, PING)
  expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="causeway"'])
  expect((await fetch(`${alone.gateway.url}${WELL_KNOWN}/mcp`)).status).toBe(404)
  await alone.close()
})
