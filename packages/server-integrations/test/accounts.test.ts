/** Callers connect accounts of their own at a real authorization service: by link, for one caller and one browser, renewed once, revoked, and told to nobody. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ASK_NOBODY, type Ask, AskPending } from '@causeway/shared-contracts/ask'
import type { Caller } from '@causeway/shared-contracts/caller'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openBrowser } from './support/browser.ts'
import { type Harness, openHarness } from './support/open-harness.ts'
import { CLIENT, PERSONAL_TOKEN, startThirdParty } from './support/start-third-party.ts'

const callerOf = (user: string): { caller: Caller } => ({ caller: { agent: 'bot', user, roles: [], scopes: 'all' } })
const SIGN_IN = (login: string) => ({ login, password: 'x' })
const GITHUB = { integration: 'github' }
let vendor: Awaited<ReturnType<typeof startThirdParty>>
let harness: Harness
const told: string[] = []

beforeAll(async () => {
  vendor = await startThirdParty()
  harness = openHarness({
    env: {
      GITHUB_API_URL: vendor.apiUrl,
      GITHUB_OAUTH_CLIENT_ID: CLIENT.id,
      GITHUB_OAUTH_CLIENT_SECRET: CLIENT.secret,
      GITHUB_OAUTH_ISSUER: vendor.url,
      GITHUB_OAUTH_SCOPES: 'repo offline_access',
      LINEAR_ACCOUNTS: 'own',
      LINEAR_API_URL: vendor.apiUrl,
    },
  })
})
afterAll(async () => {
  await harness.close()
  await vendor.close()
})

async function call(tool: string, args: Record<string, unknown>, user: string) {
  const outcome = await harness.call(tool, args, callerOf(user))
  told.push(JSON.stringify(outcome))
  return outcome
}

const check = (user: string) => call('check_connection', GITHUB, user).then(({ data }) => data)

async function connect(user: string): Promise<void> {
  const { data } = await call('connect_account', GITHUB, user)
  const { status, html } = await openBrowser().goThrough(data.url, SIGN_IN(`${user}-at-vendor`))
  expect([status, html]).toEqual([200, expect.stringContaining('Connected')])
}

it('asks for a connection where there is none, and offers a link instead of taking a token', async () => {
  const { error } = await call('github_get_issue', { repo: 'a/b', number: 1 }, 'ann')
  expect(error).toMatchObject({ code: 'connection_required', retryable: false })
  expect(error?.message).toContain('connect_account(integration="github")')
  expect(await check('ann')).toMatchObject({ usable: false, account: 'none', code: 'connection_required' })
  expect((await call('connect_account', { ...GITHUB, token: 'x' }, 'ann')).error?.code).toBe('invalid_arguments')
  expect((await call('connect_account', { integration: 'slack' }, 'ann')).data.state).toBe('not_needed')
})

it('connects by authorization code with PKCE, for the caller who asked and for no other', async () => {
  const { data } = await call('connect_account', GITHUB, 'ann')
  expect(data).toMatchObject({ state: 'waiting', url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/connect\//) })
  const visited: string[] = []
  const browser = openBrowser()
  const { html } = await browser.goThrough(data.url, SIGN_IN('ann-at-vendor'), visited)
  expect(html).toContain('Connected')
  const authorization = new URL(visited.find((url) => url.includes('/auth?')) ?? '')
  expect(authorization.searchParams.get('code_challenge_method')).toBe('S256')
  expect(await check('ann')).toMatchObject({ usable: true, account: 'own', who: 'ann-at-vendor' })
  expect(await check('bob')).toMatchObject({ usable: false, account: 'none' })
  expect((await call('connect_account', GITHUB, 'ann')).data.state).toBe('connected')
  // Neither the link nor the answer of the service works a second time.
  expect((await browser.load(data.url)).response.status).toBe(404)
  expect((await browser.load(visited.at(-1) ?? '')).response.status).toBe(400)
})

it('belongs to the browser that opened the link, and names who asks', async () => {
  const { data } = await call('connect_account', GITHUB, 'mallory<b>')
  const [first, second] = [openBrowser(), openBrowser()]
  expect((await first.load(data.url)).html).toContain('mallory&#60;b&#62;')
  expect((await second.load(data.url)).response.status).toBe(403)
  expect((await second.load(data.url, new URLSearchParams())).response.status).toBe(403)
  const { response } = await first.load(data.url, new URLSearchParams())
  const state = new URL(response.headers.get('location') ?? '').searchParams.get('state')
  const callback = `${new URL(data.url).origin}/oauth/callback?code=stolen&state=${state}`
  expect((await second.load(callback)).response.status).toBe(403)
  expect((await first.load(callback)).response.status).toBe(400)
  expect((await first.load(`${new URL(data.url).origin}/oauth/callback?code=x&state=guessed`)).response.status).toBe(
    400,
  )
  expect(await check('mallory<b>')).toMatchObject({ account: 'none' })
})

it('is not read under another name of this address', async () => {
  const { data } = await call('connect_account', GITHUB, 'eve')
  const { hostname, port, pathname } = new URL(data.url)
  const { request } = await import('node:http')
  const status = await new Promise((resolve) => {
    request({ hostname, port, path: pathname, headers: { host: 'evil.example' } }, (r) => resolve(r.statusCode)).end()
  })
  expect(status).toBe(403)
})

it('renews a token that ran out once for all calls that need it', async () => {
  await connect('ann2')
  await check('ann2')
  const first = vendor.state.apiTokens.at(-1) as string
  vendor.state.refused.add(first)
  vendor.state.tokenRequests.length = 0
  const answers = await Promise.all(Array.from({ length: 5 }, () => check('ann2')))
  expect(answers.every(({ usable, who }) => usable && who === 'ann2-at-vendor')).toBe(true)
  expect(vendor.state.tokenRequests).toEqual(['/token'])
  expect(vendor.state.apiTokens.at(-1)).not.toBe(first)
})

it('tells a service that cannot be asked from one that refuses for good', async () => {
  await connect('carl')
  await check('carl')
  vendor.state.refused.add(vendor.state.apiTokens.at(-1) as string)
  vendor.state.isDown = true
  expect(await check('carl')).toMatchObject({ usable: false, code: 'unavailable' })
  vendor.state.isDown = false
  expect(await check('carl')).toMatchObject({ usable: true })
})

it('does not bring back what is disconnected while its token is renewed', async () => {
  await connect('hugo')
  await check('hugo')
  vendor.state.refused.add(vendor.state.apiTokens.at(-1) as string)
  vendor.state.tokenRequests.length = 0
  let open = () => {}
  vendor.state.gate = new Promise<void>((resolve) => {
    open = resolve
  })
  const renewing = check('hugo')
  await expect.poll(() => vendor.state.tokenRequests).toEqual(['/token'])
  // The vendor does not hear of it either.
  vendor.state.isDown = true
  await call('connect_account', { ...GITHUB, disconnect: true }, 'hugo')
  vendor.state.isDown = false
  open()
  expect(await renewing).toMatchObject({ usable: false })
  expect(await check('hugo')).toMatchObject({ account: 'none' })
})

it('forgets and revokes what is disconnected', async () => {
  await connect('dora')
  await check('dora')
  const token = vendor.state.apiTokens.at(-1) as string
  vendor.state.tokenRequests.length = 0
  expect((await call('connect_account', { ...GITHUB, disconnect: true }, 'dora')).data.state).toBe('disconnected')
  expect(vendor.state.tokenRequests).toEqual(['/token/revocation'])
  expect(await check('dora')).toMatchObject({ account: 'none' })
  const response = await fetch(`${vendor.apiUrl}/user`, { headers: { authorization: `Bearer ${token}` } })
  expect(response.status).toBe(401)
})

it('sends a person to the link where the client can, and takes a refusal', async () => {
  const links: string[] = []
  const askOf = (action?: 'accept' | 'decline'): Ask => ({
    ...ASK_NOBODY,
    canShowLink: true,
    link({ url }) {
      links.push(url)
      if (!action) throw new AskPending({ resultType: 'input_required' } as never)
      return action === 'accept' ? { action, content: undefined } : { action }
    },
  })
  const as = (action?: 'accept' | 'decline') => ({ ...callerOf('fred'), ask: askOf(action) })
  await expect(harness.call('connect_account', GITHUB, as())).rejects.toThrow(AskPending)
  expect((await harness.call('connect_account', GITHUB, as('decline'))).error?.code).toBe('declined')
  await openBrowser().goThrough(links[0] ?? '', SIGN_IN('fred-at-vendor'))
  expect((await harness.call('connect_account', GITHUB, as('accept'))).data).toMatchObject({ state: 'connected' })
  expect(new Set(links).size).toBe(1)
})

it('takes a personal token on its own page, and only one that works', async () => {
  const own = openHarness({ env: { GITHUB_ACCOUNTS: 'own', GITHUB_API_URL: vendor.apiUrl } })
  const { data } = await own.call('connect_account', GITHUB, callerOf('gina'))
  const browser = openBrowser()
  expect((await browser.goThrough(data.url, { token: 'wrong-token-0000' })).status).toBe(400)
  const { html } = await browser.goThrough(data.url, { token: PERSONAL_TOKEN })
  expect(html).toContain('pat-owner')
  const checked = await own.call('check_connection', GITHUB, callerOf('gina'))
  expect(checked.data).toMatchObject({ usable: true, who: 'pat-owner' })
  const kept = readdirSync(own.dir).map((name) => readFileSync(join(own.dir, name), 'latin1'))
  expect(JSON.stringify([data, checked, own.logged, kept])).not.toContain(PERSONAL_TOKEN)
  await own.close()
})

it('keeps every token out of results, logs and files', () => {
  const files = readdirSync(harness.dir).map((name) => readFileSync(join(harness.dir, name), 'latin1'))
  const everything = JSON.stringify([told, harness.logged, files])
  expect(vendor.state.apiTokens.length).toBeGreaterThan(5)
  for (const token of [...vendor.state.apiTokens, CLIENT.secret]) expect(everything).not.toContain(token)
})
