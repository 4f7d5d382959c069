/** The contract that every domain server passes, against the emulators. */
import { join } from 'node:path'
import { runDomainContract } from '@causeway/shared-contracts/run-domain-contract'
import { integrationsServer } from '../src/integrations-server.ts'

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
  ],
  resources: [],
  prompts: [],
  maxListTokens: 3_500,
  env: { GITHUB_TOKEN: '', SLACK_BOT_TOKEN: '' },
})
