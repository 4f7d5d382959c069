/** Each vendor's own way to say "slow down", "who are you" and "no": told by a real listener, understood by the tools. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Harness, openHarness } from './support/open-harness.ts'
import { type Fault, type FaultProxy, startFaultProxy } from './support/start-fault-proxy.ts'

const inMs = (ms: number) => Date.now() + ms
const graphql = (message: string, code: string) => JSON.stringify({ errors: [{ message, extensions: { code } }] })
let proxy: FaultProxy
let harness: Harness

beforeAll(async () => {
  proxy = await startFaultProxy('http://127.0.0.1:9')
})
afterAll(() => proxy.close())
beforeEach(() => {
  harness = openHarness({
    env: {
      GITHUB_TOKEN: 'a-token-of-the-test',
      GITHUB_API_URL: proxy.url,
      SLACK_BOT_TOKEN: 'a-token-of-the-test',
      SLACK_API_URL: proxy.url,
      STRIPE_TOKEN: 'a-token-of-the-test',
      STRIPE_API_URL: proxy.url,
      LINEAR_TOKEN: 'a-token-of-the-test',
      LINEAR_API_URL: proxy.url,
      JIRA_TOKEN: 'a-token-of-the-test',
      JIRA_API_URL: proxy.url,
    },
    bounds: { maxRetries: 0, breakerFailures: 1_000 },
  })
})
afterEach(() => harness.close())

const READS: Record<string, [string, Record<string, unknown>]> = {
  github: ['github_get_issue', { repo: 'a/b', number: 1 }],
  slack: ['slack_find_channel', { query: 'x' }],
  stripe: ['stripe_get_customer_overview', { customer: 'cus_123' }],
  linear: ['linear_get_issue', { key: 'WEB-1' }],
  jira: ['jira_get_issue', { key: 'WEB-1' }],
}
const errorOf = async (vendor: string, answer: Fault) => {
  proxy.plan(() => answer)
  const [tool, args] = READS[vendor] as [string, Record<string, unknown>]
  return (await harness.call(tool, args)).error
}

it.each<[string, string, Fault, number]>([
  ['github', '403 of the secondary limit', { status: 403, body: '{"message":"abuse detection"}' }, 60_000],
  ['slack', '429', { status: 429, headers: { 'retry-after': '30' } }, 30_000],
  [
    'slack',
    'the word, with 200',
    { status: 200, headers: { 'retry-after': '20' }, body: '{"ok":false,"error":"ratelimited"}' },
    20_000,
  ],
  ['stripe', '429 without a pause', { status: 429, body: '{"error":{"code":"rate_limit"}}' }, 60_000],
  ['linear', '400 and the code', { status: 400, body: graphql('Rate limit exceeded', 'RATELIMITED') }, 60_000],
  ['jira', '429', { status: 429, headers: { 'retry-after': '45' } }, 45_000],
])('%s limits by %s', async (vendor, _, answer, waitMs) => {
  expect(await errorOf(vendor, answer)).toMatchObject({ code: 'rate_limited', retryable: true, retry_after_ms: waitMs })
  expect((await errorOf(vendor, 'reset'))?.code).toBe('rate_limited')
  expect(proxy.seen).toHaveLength(0)
})

it.each([
  ['github', () => ({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(inMs(40_000) / 1_000)) })],
  ['linear', () => ({ 'x-ratelimit-requests-remaining': '0', 'x-ratelimit-requests-reset': String(inMs(40_000)) })],
  ['jira', () => ({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': new Date(inMs(40_000)).toISOString() })],
])('%s tells in time that nothing is left', async (vendor, headers) => {
  await errorOf(vendor, { status: 404, headers: headers() })
  const held = await errorOf(vendor, 'reset')
  expect(held?.code).toBe('rate_limited')
  expect(held?.retry_after_ms).toBeGreaterThan(20_000)
  expect(proxy.seen).toHaveLength(0)
})

it.each<[string, Fault, string]>([
  ['slack', { status: 200, body: '{"ok":false,"error":"token_revoked"}' }, 'connection_required'],
  ['stripe', { status: 401 }, 'connection_required'],
  ['stripe', { status: 403, body: '{"error":{"message":"no permission"}}' }, 'forbidden'],
  ['stripe', { status: 409, body: '{"error":{"message":"lock"}}' }, 'conflict'],
  ['linear', { status: 400, body: graphql('no', 'AUTHENTICATION_ERROR') }, 'connection_required'],
  ['linear', { status: 200, body: graphql('Entity not found: Issue', 'INPUT_ERROR') }, 'not_found'],
  ['linear', { status: 200, body: graphql('no', 'FORBIDDEN') }, 'forbidden'],
  ['jira', { status: 401 }, 'connection_required'],
  ['jira', { status: 403, body: '{"errorMessages":["no"]}' }, 'forbidden'],
  ['jira', { status: 400, body: '{"errors":{"summary":"is too long"}}' }, 'invalid_request'],
])('%s, %o → %s', async (vendor, answer, code) => {
  expect((await errorOf(vendor, answer))?.code).toBe(code)
})

it.each([['internal_error'], ['fatal_error'], ['request_timeout']])(
  'Slack says %s of a write that may have happened',
  async (error) => {
    proxy.plan(() => ({ status: 200, body: JSON.stringify({ ok: false, error }) }))
    const write = await harness.call('call_write_operation', {
      connector: 'slack',
      operation: 'chat_postMessage',
      arguments: { body: { channel: 'C0123456789', text: 't' } },
    })
    expect(write.error?.code).toBe('write_outcome_unknown')
    expect((await harness.call('slack_find_channel', { query: 'x' })).error).toMatchObject({
      code: 'unavailable',
      retryable: true,
    })
  },
)

it('Linear says of its own failures that a write may have happened', async () => {
  const failed = graphql('Internal server error', 'INTERNAL_SERVER_ERROR')
  const teams = JSON.stringify({ data: { teams: { nodes: [{ id: 't', key: 'WEB', name: 'Web' }] } } })
  proxy.plan((_, nth) => ({ status: 200, body: nth === 1 ? teams : failed }))
  const write = await harness.call('linear_create_issue', { project: 'WEB', title: 't' })
  expect(write.error?.code).toBe('write_outcome_unknown')
  expect((await errorOf('linear', { status: 200, body: failed }))?.code).toBe('unavailable')
})
