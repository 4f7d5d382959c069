/** Tokens reach the API they belong to and nothing else: no result, no error, no log, no file, no other origin. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Harness, openHarness } from './support/open-harness.ts'
import { type FaultProxy, startFaultProxy } from './support/start-fault-proxy.ts'

const GITHUB_TOKEN = 'ghp_LeakCanary0123456789abcdefABCDEF'
const SLACK_TOKEN = 'xoxb-leak-canary-9876543210'
let proxy: FaultProxy
let harness: Harness

beforeAll(async () => {
  proxy = await startFaultProxy('http://127.0.0.1:9')
  harness = openHarness({
    env: {
      GITHUB_TOKEN,
      GITHUB_API_URL: `${proxy.url}/api/v3/`,
      SLACK_BOT_TOKEN: SLACK_TOKEN,
      SLACK_API_URL: `${proxy.url}/api`,
    },
    bounds: { maxBytes: 100_000, maxRetries: 1, breakerFailures: 1_000 },
  })
})
afterAll(async () => {
  await harness.close()
  await proxy.close()
})

const CALLS: [string, Record<string, unknown>][] = [
  ['list_integrations', {}],
  ['github_search_issues', { repo: 'acme/web', query: 'x' }],
  ['github_get_issue', { repo: 'acme/web', number: 1 }],
  ['github_find_code_owner', { repo: 'acme/web', keywords: ['x1'] }],
  ['github_get_file', { repo: 'acme/web', path: 'a.ts' }],
  ['github_create_issue', { repo: 'acme/web', title: 't', idempotency_key: 'a' }],
  ['github_comment_on_issue', { repo: 'acme/web', number: 1, body: 'b', idempotency_key: 'b' }],
  ['slack_find_channel', { query: 'x' }],
  ['slack_post_message', { channel: 'C0123456789', text: 't', idempotency_key: 'c' }],
]

it.each([401, 403, 422, 500, 200])('keeps them inside when a hostile API echoes them with %i', async (status) => {
  proxy.plan(({ headers }) => ({ status, body: echoing(String(headers.authorization)) }))
  const answers = []
  for (const [tool, args] of CALLS) answers.push(await harness.call(tool, args))
  const told = JSON.stringify(answers) + harness.logged.join('\n')
  expect(told).not.toContain(GITHUB_TOKEN)
  expect(told).not.toContain(SLACK_TOKEN)
  expect(proxy.seen.length).toBeGreaterThan(5)
})

it('sends each token to its own API alone', () => {
  for (const { path, headers } of proxy.seen) {
    expect(headers.authorization).toBe(`Bearer ${path.startsWith('/api/v3/') ? GITHUB_TOKEN : SLACK_TOKEN}`)
    expect(path).not.toContain(GITHUB_TOKEN)
  }
})

it('keeps them inside when the connection breaks', async () => {
  proxy.plan(() => 'reset')
  const answers = []
  for (const [tool, args] of CALLS) answers.push(await harness.call(tool, args))
  const told = JSON.stringify(answers) + harness.logged.join('\n')
  expect(told).not.toMatch(/LeakCanary|leak-canary/)
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
