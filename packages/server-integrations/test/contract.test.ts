/** The contract that every domain server passes, against the emulators. */
import { join } from 'node:path'
import { runDomainContract } from '@causeway/shared-contracts/run-domain-contract'
import { afterAll } from 'vitest'
import { startGithubEmulator } from '../src/emulator/github-emulator.ts'
import { startJiraEmulator } from '../src/emulator/jira-emulator.ts'
import { startLinearEmulator } from '../src/emulator/linear-emulator.ts'
import { startSlackEmulator } from '../src/emulator/slack-emulator.ts'
import { startStripeEmulator } from '../src/emulator/stripe-emulator.ts'
import { integrationsServer } from '../src/integrations-server.ts'

// Started once and outside, as the vendors are: many processes of one suite write to them, and are killed meanwhile.
const [github, slack, stripe, linear, jira] = await Promise.all([
  startGithubEmulator(new AbortController().signal),
  startSlackEmulator(),
  startStripeEmulator(),
  startLinearEmulator(),
  startJiraEmulator(),
])
afterAll(() => Promise.all([github, slack, stripe, linear, jira].map((vendor) => vendor.close())))

const thread = await postThread()

const WEB = { owner: 'acme', repo: 'web' }
const WEATHER = JSON.stringify({
  openapi: '3.0.0',
  servers: [{ url: 'https://weather.example.com' }],
  paths: { '/now': { get: { operationId: 'getWeather' } } },
})

runDomainContract({
  main: join(import.meta.dirname, '../src/main.ts'),
  tools: integrationsServer.tools.map((tool) => tool.name),
  reads: [
    { tool: 'list_integrations', args: {} },
    { tool: 'github_search_issues', args: { repo: 'acme/web', query: 'coupon' } },
    { tool: 'github_get_issue', args: { repo: 'acme/web', number: 456 } },
    { tool: 'github_find_code_owner', args: { repo: 'acme/web', path: 'src/checkout/coupon.ts' } },
    { tool: 'github_get_file', args: { repo: 'acme/web', path: 'docs/checkout/coupons.md' } },
    { tool: 'github_list_pull_requests', args: { repo: 'acme/web', state: 'all' } },
    { tool: 'github_get_pull_request', args: { repo: 'acme/web', number: 457 } },
    { tool: 'github_list_recent_commits', args: { repo: 'acme/web' } },
    { tool: 'check_connection', args: { integration: 'slack' } },
    { tool: 'slack_find_channel', args: { query: 'checkout' } },
    { tool: 'slack_find_user', args: { query: 'maria' } },
    { tool: 'slack_search_messages', args: { channel: 'incidents' } },
    { tool: 'slack_get_thread', args: { channel: 'general', ts: thread } },
    { tool: 'stripe_get_customer_overview', args: { customer: 'cus_Nordwind' } },
    { tool: 'linear_search_issues', args: { project: 'SHOP', query: 'coupon' } },
    { tool: 'jira_search_issues', args: { project: 'OPS' } },
    { tool: 'linear_get_issue', args: { key: 'SHOP-1' } },
    { tool: 'jira_get_issue', args: { key: 'OPS-1' } },
    { tool: 'search_operations', args: { query: 'list issues of a repository' } },
    { tool: 'describe_operation', args: { connector: 'stripe', operation: 'create_customer' } },
    {
      tool: 'call_read_operation',
      args: {
        connector: 'github',
        operation: 'issues/get',
        arguments: { ...WEB, issue_number: 456 },
      },
    },
  ],
  creates: [
    { tool: 'github_create_issue', args: { repo: 'acme/web', title: 'An issue' }, other: { title: 'Another' } },
    {
      tool: 'github_comment_on_issue',
      args: { repo: 'acme/web', number: 456, body: 'Seen.' },
      other: { body: 'Seen twice.' },
    },
    { tool: 'slack_post_message', args: { channel: '#web-checkout', text: 'Seen.' }, other: { text: 'Seen twice.' } },
    {
      tool: 'linear_create_issue',
      args: { project: 'SHOP', title: 'An issue' },
      other: { title: 'Another' },
    },
    {
      tool: 'jira_create_issue',
      args: { project: 'OPS', title: 'An issue' },
      other: { title: 'Another' },
    },
    {
      tool: 'call_write_operation',
      args: {
        connector: 'github',
        operation: 'issues/create-comment',
        arguments: { ...WEB, issue_number: 454, body: { body: 'Seen.' } },
      },
      other: { arguments: { ...WEB, issue_number: 454, body: { body: 'Seen twice.' } } },
    },
  ],
  pages: [
    {
      tool: 'github_search_issues',
      args: { repo: 'acme/web', sort: 'newest', limit: 4 },
      rows: 'items',
      id: 'number',
      insert: (n) => ({ tool: 'github_create_issue', args: { repo: 'acme/web', title: `One more ${n}` } }),
    },
    {
      tool: 'slack_search_messages',
      args: { channel: 'incidents', limit: 1 },
      rows: 'items',
      id: 'ref',
      insert: (n) => ({ tool: 'slack_post_message', args: { channel: 'incidents', text: `One more ${n}` } }),
    },
    {
      tool: 'jira_search_issues',
      args: { project: 'OPS', limit: 2 },
      rows: 'items',
      id: 'ref',
      insert: (n) => ({ tool: 'jira_create_issue', args: { project: 'OPS', title: `One more ${n}` } }),
    },
    {
      tool: 'linear_search_issues',
      args: { project: 'SHOP', limit: 3 },
      rows: 'items',
      id: 'ref',
      insert: (n) => ({ tool: 'linear_create_issue', args: { project: 'SHOP', title: `One more ${n}` } }),
    },
    { tool: 'slack_get_thread', args: { channel: 'general', ts: thread, limit: 2 }, rows: 'items', id: 'ref' },
    { tool: 'github_list_pull_requests', args: { repo: 'acme/web', limit: 1 }, rows: 'items', id: 'ref' },
    { tool: 'github_list_recent_commits', args: { repo: 'acme/web', limit: 2 }, rows: 'items', id: 'sha' },
    { tool: 'search_operations', args: { connector: 'github', limit: 4 }, rows: 'operations', id: 'operation' },
    {
      tool: 'call_read_operation',
      args: { connector: 'github', operation: 'issues/list-labels-for-repo', arguments: WEB, limit: 4 },
      rows: 'result',
      id: 'name',
    },
  ],
  writes: [
    { tool: 'connect_account', args: { integration: 'github' } },
    { tool: 'import_openapi', args: { mode: 'preview', connector: 'weather', document: WEATHER } },
  ],
  destroys: [
    {
      tool: 'stripe_create_refund',
      // What one cell pays back another cannot, so each takes a cent.
      args: { charge: 'ch_NordwindRepair', amount: 1 },
    },
    {
      tool: 'call_write_operation',
      args: (latest) => ({
        connector: 'github',
        operation: 'issues/delete-comment',
        arguments: { ...WEB, comment_id: latest('call_write_operation').result?.id },
      }),
    },
  ],
  resources: [],
  prompts: [],
  maxListTokens: 6_000,
  env: {
    GITHUB_TOKEN: github.token,
    GITHUB_API_URL: github.baseUrl,
    SLACK_BOT_TOKEN: slack.token,
    SLACK_API_URL: slack.baseUrl,
    STRIPE_TOKEN: stripe.token,
    STRIPE_API_URL: stripe.baseUrl,
    LINEAR_TOKEN: linear.token,
    LINEAR_API_URL: linear.baseUrl,
    JIRA_TOKEN: jira.token,
    JIRA_API_URL: jira.baseUrl,
  },
})

/** A thread of five messages, whose ts no sample could know before. */
async function postThread(): Promise<string> {
  const post = async (form: Record<string, string>) => {
    const headers = { authorization: `Bearer ${slack.token}` }
    const body = new URLSearchParams({ channel, ...form })
    const response = await fetch(`${slack.baseUrl}/chat.postMessage`, { method: 'POST', headers, body })
    return ((await response.json()) as { ts: string }).ts
  }
  const list = await fetch(`${slack.baseUrl}/conversations.list`, {
    method: 'POST',
    headers: { authorization: `Bearer ${slack.token}` },
  })
  const { channels } = (await list.json()) as { channels: { id: string; name: string }[] }
  const channel = channels.find(({ name }) => name === 'general')?.id ?? ''
  const ts = await post({ text: 'A question' })
  for (const text of ['One', 'Two', 'Three', 'Four']) await post({ text, thread_ts: ts })
  return ts
}
