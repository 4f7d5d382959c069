/** How the first admin signs in and what a browser's session can do: a code that is spent once, a cookie for the own page alone, a token for writes. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { SESSION_COOKIE } from '../src/admin/admit.ts'
import { offerCode } from '../src/admin/offer-code.ts'
import { issueCode } from '../src/admin/sign-in-code.ts'
import { greeting } from '../src/greeting.ts'
import { type AskAdmin, adminClient, clientWith } from './support/admin-client.ts'
import { type StoryGateway, startGateway } from './support/start-gateway.ts'
import { verifies } from './support/verifies.ts'

let gateway: StoryGateway
const stranger: AskAdmin = (...args) => clientWith(() => gateway.adminUrl, {})(...args)
const codeOf = ({ json }: { json: { error: { code: string } } }) => json.error.code
const signIn = (code: string, headers = {}) => stranger('POST', '/api/v1/session', { body: { code }, headers })

beforeAll(async () => {
  gateway = await startGateway({ upstreams: {} })
})
// Failed attempts are remembered by the process alone.
beforeEach(() => gateway.restart())
afterAll(() => gateway.close())

/** A signed-in browser on the gateway's own page. */
async function browser(headers: Record<string, string> = { 'sec-fetch-site': 'same-origin' }) {
  const { json, headers: answered } = await signIn(issueCode(gateway.listening.store))
  const cookie = answered.get('set-cookie') ?? ''
  const pair = cookie.split(';')[0] ?? ''
  return {
    cookie,
    pair,
    csrf: json.csrfToken as string,
    ask: clientWith(() => gateway.adminUrl, { cookie: pair, ...headers }),
  }
}

it(
  verifies(
    'auth.bootstrap',
    'a new gateway admits nobody: not without a credential, and not with any that could be guessed',
  ),
  async () => {
    for (const code of ['admin', 'causeway', '000000000000', 'AAAA-AAAA-AAAA'])
      expect(codeOf(await signIn(code))).toBe('admin_code_invalid')
    for (const authorization of ['Basic YWRtaW46YWRtaW4=', 'Bearer admin', 'Bearer '])
      expect((await stranger('GET', '/api/v1/health', { headers: { authorization } })).status).toBe(401)
    expect(gateway.listening.store.adminCredentials.list()).toEqual([])
  },
)

it(
  verifies('auth.bootstrap', 'the first start offers a code: to the terminal, else in a file for its user alone'),
  () => {
    const { store } = gateway.listening
    const shown = offerCode(store, true)
    expect(shown).toEqual({ code: expect.stringMatching(/^\w{4}-\w{4}-\w{4}$/) })
    expect(greeting(gateway.listening, undefined, { offered: shown })).toContain((shown as { code: string }).code)
    const offered = offerCode(store, false)
    const file = join(store.dataDir, 'admin-code')
    expect(offered).toEqual({ file })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const text = greeting(gateway.listening, undefined, { offered })
    expect(text).toContain(file)
    expect(text).not.toContain(readFileSync(file, 'utf8').trim())
  },
)

it(verifies('auth.bootstrap', 'a code is spent once, in any spelling, and then none is offered any more'), async () => {
  const { store } = gateway.listening
  const file = join(store.dataDir, 'admin-code')
  const code = readFileSync(file, 'utf8').trim()
  const answers = await Promise.all([
    signIn(code.toLowerCase().replaceAll('-', ' ')),
    signIn(code),
    signIn(` ${code} `),
  ])
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 401, 401])
  expect(() => statSync(file)).toThrow('ENOENT')
  expect(offerCode(store, true)).toBeUndefined()
  expect((await signIn(code)).status).toBe(401)
})

it('a code ends after 15 minutes, and when another is made', async () => {
  const { store } = gateway.listening
  const [old, next] = [issueCode(store), issueCode(store)]
  expect(codeOf(await signIn(old))).toBe('admin_code_invalid')
  expect((await signIn(next)).status).toBe(201)
  expect((await signIn(issueCode(store, Date.now() - 16 * 60_000))).status).toBe(401)
})

it('the cookie is for this host, this page and HTTP alone', async () => {
  const { cookie } = await browser()
  expect(cookie).toMatch(
    new RegExp(`^${SESSION_COOKIE}=cws_\\w+; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=\\d+$`),
  )
  expect(cookie).not.toMatch(/domain/i)
})

it('the cookie counts on requests of the own page alone', async () => {
  const { pair } = await browser()
  for (const site of ['cross-site', 'same-site', 'none', undefined, 'same-origin, same-origin']) {
    const headers = { cookie: pair, ...(site === undefined ? {} : { 'sec-fetch-site': site }) }
    expect([site, codeOf(await stranger('GET', '/api/v1/session', { headers }))]).toEqual([site, 'csrf_forbidden'])
  }
  const own = { cookie: pair, 'sec-fetch-site': 'same-origin' }
  expect((await stranger('GET', '/api/v1/session', { headers: own })).json).toMatchObject({ kind: 'session' })
  for (const cookie of [`${pair}; ${pair}`, pair.replace('__Host-', ''), `${pair}x`, pair.replace('cws_', 'cwa_')])
    expect((await stranger('GET', '/api/v1/session', { headers: { ...own, cookie } })).status).toBe(401)
})

it('a write needs the token of its own session', async () => {
  const [one, other] = [await browser(), await browser()]
  const write = (token: string | undefined) =>
    one.ask('POST', '/api/v1/agents', {
      body: { name: `made-${Math.random()}`, roles: [] },
      headers: token === undefined ? {} : { 'x-csrf-token': token },
    })
  for (const token of [undefined, '', other.csrf, `${one.csrf}x`])
    expect(codeOf(await write(token))).toBe('csrf_forbidden')
  expect((await write(one.csrf)).status).toBe(201)
  expect((await one.ask('GET', '/api/v1/session')).json.csrfToken).toBe(one.csrf)
})

it('a session ends when it is signed out, and its cookie with it', async () => {
  const { ask, csrf } = await browser()
  expect(codeOf(await ask('DELETE', '/api/v1/session'))).toBe('csrf_forbidden')
  const out = await ask('DELETE', '/api/v1/session', { headers: { 'x-csrf-token': csrf } })
  expect([out.status, out.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')])
  expect((await ask('GET', '/api/v1/session')).status).toBe(401)
})

it('a session is not signed in from the page of another', async () => {
  const code = issueCode(gateway.listening.store)
  expect((await signIn(code, { origin: 'https://evil.example' })).status).toBe(403)
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  expect((await stranger('POST', '/api/v1/session', { body: `code=${code}`, headers: form })).status).toBe(415)
  expect((await signIn(code)).status).toBe(201)
})

it('codes cannot be guessed in bulk', async () => {
  const answers = []
  for (let i = 0; i < 12; i++) answers.push(codeOf(await signIn(`AAAA-AAAA-AAA${i}`)))
  expect(answers.at(-1)).toBe('too_many_attempts')
  // While it lasts, not even the right one is looked at; who has a token goes on.
  expect(codeOf(await signIn(issueCode(gateway.listening.store)))).toBe('too_many_attempts')
  expect((await adminClient(gateway)('GET', '/api/v1/session')).status).toBe(200)
})
