/** Each variable does what the README says of it, and a mistake in one is told at the start. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { createOauthClient } from '../src/account/oauth-client.ts'
import { openHarness } from './support/open-harness.ts'

const REAL = [
  ['github', { GITHUB_TOKEN: 't' }, 'api.github.com'],
  ['slack', { SLACK_BOT_TOKEN: 't' }, 'slack.com'],
  ['stripe', { STRIPE_TOKEN: 't' }, 'api.stripe.com'],
  ['linear', { LINEAR_TOKEN: 't' }, 'api.linear.app'],
  ['jira', { JIRA_TOKEN: 't', JIRA_API_URL: 'https://acme.atlassian.net' }, 'acme.atlassian.net'],
] as const

it.each(REAL)('%s is real with its token, and everybody’s', async (id, env, host) => {
  const harness = openHarness({ env })
  const health = await harness.health()
  expect(health[id]).toEqual({ ok: true, detail: `api on ${host}, ready` })
  const others = Object.entries(health).filter(([name]) => !['store', id].includes(name))
  for (const [name, { detail }] of others) expect(detail, name).toContain('emulator on loopback')
  await harness.close()
})

it('is nobody’s with own accounts or an OAuth client alone', async () => {
  const env = { GITHUB_OAUTH_CLIENT_ID: 'c', STRIPE_ACCOUNTS: 'own', STRIPE_TOKEN: ' ' }
  const harness = openHarness({ env })
  const { data } = await harness.call('list_integrations', {})
  const accounts = data.integrations.map(({ id, account }: { id: string; account: string }) => [id, account])
  expect(Object.fromEntries(accounts)).toMatchObject({ github: 'none', stripe: 'none', slack: 'shared' })
  const { error } = await harness.call('stripe_create_refund', { charge: 'ch_123' })
  expect(error?.code).toBe('connection_required')
  await harness.close()
})

it.each([
  [{ JIRA_TOKEN: 't' }, 'JIRA_API_URL is not set'],
  [{ STRIPE_TOKEN: 't', STRIPE_API_URL: 'http://api.stripe.example' }, 'want https'],
  [{ GITHUB_ACCOUNTS: 'yes' }, 'GITHUB_ACCOUNTS "yes"'],
  [{ SLACK_OAUTH_CLIENT_ID: 'c' }, 'SLACK_OAUTH_ISSUER is not set'],
  [{ GITHUB_OAUTH_CLIENT_ID: 'c', GITHUB_OAUTH_ISSUER: 'http://idp.example' }, 'GITHUB_OAUTH_ISSUER'],
  [{ INTEGRATIONS_TIMEOUT_MS: '0' }, 'INTEGRATIONS_TIMEOUT_MS "0"'],
  [{ INTEGRATIONS_CONNECT_PORT: 'x' }, 'INTEGRATIONS_CONNECT_PORT "x"'],
  [{ INTEGRATIONS_PUBLIC_URL: 'http://acme.example' }, 'INTEGRATIONS_PUBLIC_URL'],
])('refuses %o', (env, message) => {
  expect(() => openHarness({ env: env as Record<string, string> })).toThrow(message)
})

it('sends no secret to an authorization service whose endpoints are elsewhere', async () => {
  const seen: string[] = []
  const http = createServer((request, response) => {
    seen.push(request.url ?? '')
    const issuer = `http://${request.headers.host}`
    const metadata = {
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: 'http://127.0.0.1:9/token',
      response_types_supported: ['code'],
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(metadata))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const client = createOauthClient({ clientId: 'c', clientSecret: 's', scopes: '', service: { issuer } })
  await expect(client.refresh('refresh-canary')).rejects.toThrow('elsewhere')
  expect(seen).toEqual(['/.well-known/openid-configuration'])
  await new Promise((resolve) => http.close(resolve))
})
