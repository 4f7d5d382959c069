/** The prompt that makes a slow query faster without changing its answer. */
import { promptOf } from '@causeway/shared-contracts/define-prompt'
import { z } from 'zod'
import { type DbServices, viewSource } from '../db-services.ts'
import { MAX_SQL_CHARS } from '../engine/query-limits.ts'
import { renderSchema } from '../render-schema.ts'

export const optimizeQuery = promptOf<DbServices>()({
  name: 'optimize_query',
  title: 'Make a query faster',
  description: 'Find out why a query is slow and rewrite it with the same answer',
  args: z.object({
    sql: z.string().min(1).max(MAX_SQL_CHARS).describe('The query'),
    database: z.string().optional().describe('Database id'),
  }),
  async render({ database, sql }, { services, caller }) {
    const view = viewSource(services, caller, database)
    const { id, engine } = view.source
    return [
      { resource: { uri: `database://${id}/schema`, mimeType: 'text/markdown', text: await renderSchema(view) } },
      {
        text: [
          `Make this query on ${id} (${engine.kind}) faster; its answer must stay the same:`,
          sql,
          'Look at its steps with explain_query. Rewrite it so that fewer tables are read from end to end: filter earlier, join by keys, aggregate before joining, leave out what is not used.',
          'Compare with explain_query again, then run both with run_query and compare the rows. Name the index that would help if rewriting does not.',
        ].join('\n'),
      },
    ]
  },
})
