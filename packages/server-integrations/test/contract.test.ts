/** The contract that every domain server passes, against the emulators. */
import { join } from 'node:path'
import { runDomainContract } from '@causeway/shared-contracts/run-domain-contract'
import { afterAll } from 'vitest'
import { startGithubEmulator } from '../src/emulator/github-emulator.ts'
import { startSlackEmulator } from '../src/emulator/slack-emulator.ts'
import { integrationsServer } from '../src/integrations-server.ts'

// Started once and outside, as the vendors are: many processes of one suite write to them, and are killed meanwhile.
const [github, slack] = await Promise.all([startGithubEmulator(new AbortController().signal), startSlackEmulator()])
afterAll(() => Promise.all([github.close(), slack.close()]))

runDomainContract({
  main: join(import.meta.dirname, '../src/main.ts'),
  tools: integrationsServer.tools.map((tool) => tool.name),
  reads: [
    { tool: 'list_integrations', args: {} },
    { tool: 'github_search_issues', args: { repo: 'acme/web', query: 'coupon' } },
    { tool: 'github_get_issue', args: { repo: 'acme/web', number: 456 } },
    { tool: 'github_find_code_owner', args: { repo: 'acme/web', path: 'src/checkout/coupon.ts' } },
    { tool: 'github_get_file', args: { repo: 'acme/web', path: 'docs/checkout/coupons.md' } },
    { tool: 'slack_find_channel', args: { query: 'checkout' } },
    { tool: 'search_operations', args: { query: 'list issues of a repository' } },
    { tool: 'describe_operation', args: { connector: 'stripe', operation: 'create_customer' } },
    {
      tool: 'call_read_operation',
      args: {
        connector: 'github',
        operation: 'issues/get',
        arguments: { owner: 'acme', repo: 'web', issue_number: 456 },
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
  ],
  pages: [
    {
      tool: 'github_search_issues',
      args: { repo: 'acme/web', sort: 'newest', limit: 4 },
      rows: 'issues',
      id: 'number',
      insert: (n) => ({ tool: 'github_create_issue', args: { repo: 'acme/web', title: `One more ${n}` } }),
    },
  ],
  resources: [],
  prompts: [],
  maxListTokens: 3_500,
  env: {
    GITHUB_TOKEN: github.token,
    GITHUB_API_URL: github.baseUrl,
    SLACK_BOT_TOKEN: slack.token,
    SLACK_API_URL: slack.baseUrl,
  },
})
