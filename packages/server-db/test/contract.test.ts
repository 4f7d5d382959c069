/** The contract of every domain server, on the full default data. */
import { join } from 'node:path'
import { runDomainContract } from '@causeway/shared-contracts/run-domain-contract'

runDomainContract({
  main: join(import.meta.dirname, '../src/main.ts'),
  tools: [
    'list_databases',
    'search_schema',
    'describe_table',
    'run_query',
    'check_query',
    'explain_query',
    'list_named_queries',
    'run_named_query',
    'profile_column',
    'export_query',
    'run_transaction',
    'db_health',
  ],
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
    { tool: 'check_query', args: { sql: 'SELECT name FROM customers WHERE id = $1' } },
    { tool: 'check_query', args: { sql: 'DELETE FROM customers' } },
    {
      tool: 'explain_query',
      args: { sql: 'SELECT * FROM orders WHERE customer_id = $1 ORDER BY placed_at', params: [77] },
    },
    { tool: 'list_named_queries', args: {} },
    { tool: 'run_named_query', args: { name: 'customer_overview', params: { customer_id: 77 } } },
    { tool: 'profile_column', args: { table: 'orders', column: 'total_cents' } },
    { tool: 'export_query', args: { sql: 'SELECT id, sku, name FROM products ORDER BY id' } },
    { tool: 'db_health', args: {} },
  ],
  destroys: [
    {
      tool: 'run_transaction',
      args: {
        statements: [
          { sql: 'UPDATE tickets SET priority = $1 WHERE id = $2 AND priority <> $1', params: ['urgent', 7] },
        ],
      },
    },
  ],
  pages: [
    { tool: 'search_schema', args: { limit: 3 }, rows: 'tables', id: 'table' },
    { tool: 'run_query', args: { sql: 'SELECT id, name FROM products ORDER BY id LIMIT 60', limit: 25 }, rows: 'rows' },
    { tool: 'run_named_query', args: { name: 'revenue_by_month', limit: 10 }, rows: 'rows' },
  ],
  exports: [{ tool: 'export_query', args: { sql: 'SELECT id, email FROM customers ORDER BY id LIMIT 5' } }],
  slow: {
    tool: 'run_query',
    args: {
      sql: 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n',
      timeout_ms: 10_000,
    },
  },
  resources: [
    'database://catalog',
    'database://helpdesk/schema',
    'database://helpdesk/tables/tickets',
    'database://helpdesk/relationships',
    'database://policies/me',
    'database://users',
  ],
  prompts: [
    { name: 'explore_database', args: { database: 'helpdesk', question: 'Who is waiting longest?' } },
    { name: 'answer_question', args: { question: 'How many tickets are open?' } },
    { name: 'optimize_query', args: { sql: 'SELECT * FROM orders' } },
    { name: 'privacy_review', args: {} },
  ],
  maxListTokens: 3_000,
})
