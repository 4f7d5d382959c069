/** Tokens reach the API they belong to and nothing else: no result, no error, no log, no file, no other origin. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startHttp } from '@causeway/shared-contracts/start-http'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Harness, openHarness } from './support/open-harness.ts'
import { type FaultProxy, startFaultProxy } from './support/start-fault-proxy.ts'

const GITHUB_TOKEN = 'ghp_LeakCanary0123456789abcdefABCDEF'
const SLACK_TOKEN = 'xoxb-leak-canary-9876543210'
const STRIPE_TOKEN = 'sk_live_leak-canary-5555'
const LINEAR_TOKEN = 'lin_api_leak-canary-7777'
const JIRA_TOKEN = 'jira-leak-canary-8888'
const JIRA_BASIC = btoa(`me@acme.dev:${JIRA_TOKEN}`)
let proxy: FaultProxy
let harness: Harness

beforeAll(async () => {
  proxy = await startFaultProxy('http://127.0.0.1:9')
  harness = openHarness({
    env: envAt(proxy.url),
    bounds: { maxBytes: 100_000, maxRetries: 1, breakerFailures: 1_000 },
  })
})
afterAll(async () => {
  await harness.close()
  await proxy.close()
})

function envAt(url: string): Record<string, string> {
  return {
    GITHUB_TOKEN,
    GITHUB_API_URL: `${url}/api/v3/`,
    SLACK_BOT_TOKEN: SLACK_TOKEN,
    SLACK_API_URL: `${url}/api`,
    STRIPE_TOKEN,
    STRIPE_API_URL: `${url}/stripe`,
    LINEAR_TOKEN,
    LINEAR_API_URL: `${url}/linear`,
    JIRA_TOKEN,
    JIRA_EMAIL: 'me@acme.dev',
    JIRA_API_URL: `${url}/jira`,
  }
}

const CALLS: [string, Record<string, unknown>][] = [
  ['list_integrations', {}],
  ['github_search_issues', { repo: 'acme/web', query: 'x' }],
  ['github_get_issue', { repo: 'acme/web', number: 1 }],
  ['github_find_code_owner', { repo: 'acme/web', keywords: ['x1'] }],
  ['github_get_file', { repo: 'acme/web', path: 'a.ts' }],
  ['github_create_issue', { repo: 'acme/web', title: 't', idempotency_key: 'a' }],
  ['github_comment_on_issue', { repo: 'acme/web', number: 1, body: 'b', idempotency_key: 'b' }],
  ['slack_find_channel', { query: 'x' }],
  ['slack_find_user', { query: 'nobody' }],
  ['slack_search_messages', { channel: 'C0123456789' }],
  ['stripe_get_customer_overview', { customer: 'cus_123' }],
  ['stripe_create_refund', { charge: 'ch_123', amount: 1 }],
  ['linear_get_issue', { key: 'WEB-1' }],
  ['linear_create_issue', { project: 'WEB', title: 't' }],
  ['jira_get_issue', { key: 'WEB-1' }],
  ['jira_create_issue', { project: 'WEB', title: 't' }],
  ...['github', 'slack', 'stripe', 'linear', 'jira'].map((integration): [string, Record<string, unknown>] => [
    'check_connection',
    { integration },
  ]),
  ['slack_post_message', { channel: 'C0123456789', text: 't', idempotency_key: 'c' }],
  ['call_read_operation', { connector: 'github', operation: 'repos/get', arguments: { owner: 'acme', repo: 'web' } }],
  [
    'call_write_operation',
    {
      connector: 'slack',
      operation: 'chat_postMessage',
      arguments: { body: { channel: 'C0123456789', text: 't' } },
      idempotency_key: 'd',
    },
  ],
]

it.each([401, 403, 422, 500, 200])('keeps them inside when a hostile API echoes them with %i', async (status) => {
  proxy.plan(({ headers }) => ({ status, body: echoing(String(headers.authorization)) }))
  const answers = []
  for (const [tool, args] of CALLS) answers.push(await harness.call(tool, args))
  const told = JSON.stringify(answers) + harness.logged.join('\n')
  for (const token of [GITHUB_TOKEN, SLACK_TOKEN, STRIPE_TOKEN, LINEAR_TOKEN, JIRA_TOKEN, JIRA_BASIC])
    expect(told).not.toContain(token)
  expect(proxy.seen.length).toBeGreaterThan(5)
})

it('sends each token to its own API alone', () => {
  const expected: [string, string][] = [
    ['/api/v3/', `Bearer ${GITHUB_TOKEN}`],
    ['/api/', `Bearer ${SLACK_TOKEN}`],
    ['/stripe/', `Bearer ${STRIPE_TOKEN}`],
    ['/linear/', LINEAR_TOKEN],
    ['/jira/', `Basic ${JIRA_BASIC}`],
  ]
  for (const [base] of expected) expect(proxy.seen.some(({ path }) => path.startsWith(base))).toBe(true)
  for (const { path, headers } of proxy.seen) {
    expect(headers.authorization, path).toBe(expected.find(([base]) => path.startsWith(base))?.[1])
    expect(path).not.toMatch(/LeakCanary|leak-canary/)
  }
})

it('keeps them inside when the connection breaks', async () => {
  proxy.plan(() => 'reset')
  const answers = []
  for (const [tool, args] of CALLS) answers.push(await harness.call(tool, args))
  const told = JSON.stringify(answers) + harness.logged.join('\n')
  expect(told).not.toMatch(/LeakCanary|leak-canary/)
})

it('shows them in no metrics, health, list or result of a running process', async () => {
  proxy.plan(({ headers }) => ({ status: 200, body: echoing(String(headers.authorization)) }))
  const dir = mkdtempSync(join(tmpdir(), 'causeway-integrations-'))
  const main = join(import.meta.dirname, '../src/main.ts')
  const running = await startHttp({ main, env: envAt(proxy.url) }, dir)
  const client = new Client({ name: 'canary', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } })
  try {
    await client.connect(new StreamableHTTPClientTransport(new URL(running.url)))
    const told: unknown[] = [await client.listTools()]
    for (const [name, args] of CALLS) told.push(await client.callTool({ name, arguments: args }))
    for (const path of ['/metrics', '/readyz', '/version'])
      told.push(await (await fetch(new URL(path, running.url))).text())
    expect(proxy.seen.length).toBeGreaterThan(5)
    expect(JSON.stringify(told)).toContain('causeway_domain_calls')
    expect(JSON.stringify(told)).not.toMatch(/LeakCanary|leak-canary/)
  } finally {
    await client.close()
    await running.stop()
    rmSync(dir, { recursive: true, force: true })
  }
})

it('writes them to no file', () => {
  for (const name of readdirSync(harness.dir)) {
    const bytes = readFileSync(join(harness.dir, name), 'latin1')
    expect(bytes, name).not.toMatch(/LeakCanary|leak-canary/)
  }
})

function echoing(text: string): string {
  const issue = { number: 1, title: text, body: text, state: text, created_at: '', updated_at: '', html_url: text }
  const refusal = { message: text, error: text, ok: false, needed: text }
  return JSON.stringify({ ...issue, ...refusal, total_count: 1, items: [issue] })
}
