/** The contract suite against the fixture: the suite itself works, in all four cells. */
import { join } from 'node:path'
import { runDomainContract } from '@causeway/shared-contracts/run-domain-contract'

runDomainContract({
  main: join(import.meta.dirname, 'fixture/main.ts'),
  tools: ['get_note', 'put_note'],
  reads: [{ tool: 'get_note', args: { name: 'hello' } }],
  resources: ['note://index', 'note://hello'],
  prompts: [{ name: 'summarize', args: { name: 'hello' } }],
  maxListTokens: 600,
})
