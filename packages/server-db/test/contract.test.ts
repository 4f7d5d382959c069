/** The contract of every domain server, on the full default data. */
import { join } from 'node:path'
import { runDomainContract } from '@causeway/shared-contracts/run-domain-contract'

runDomainContract({
  main: join(import.meta.dirname, '../src/main.ts'),
  tools: ['list_databases', 'search_schema', 'describe_table', 'run_query'],
  reads: [
    { tool: 'list_databases', args: {} },
    { tool: 'search_schema', args: {} },
    { tool: 'search_schema', args: { query: 'refund', detail: 'full', limit: 1 } },
    { tool: 'describe_table', args: { table: 'customers', samples: 5 } },
    { tool: 'run_query', args: { sql: 'SELECT count(*) FROM order_items' } },
    {
      tool: 'run_query',
      args: {
        database: 'helpdesk',
        sql: 'SELECT c.name, t.number FROM tickets t JOIN customers c ON c.id = t.customer_id WHERE t.external_ref = $1',
        params: ['gh:acme/web#456'],
      },
    },
  ],
  pages: [
    { tool: 'search_schema', args: { limit: 3 }, rows: 'tables', id: 'table' },
    { tool: 'run_query', args: { sql: 'SELECT id, name FROM products ORDER BY id LIMIT 60', limit: 25 }, rows: 'rows' },
  ],
  slow: {
    tool: 'run_query',
    args: {
      sql: 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n',
      timeout_ms: 10_000,
    },
  },
  resources: ['database://catalog', 'database://helpdesk/schema', 'database://policies/me'],
  prompts: [{ name: 'explore_database', args: { database: 'helpdesk', question: 'Who is waiting longest?' } }],
  maxListTokens: 3_000,
})
