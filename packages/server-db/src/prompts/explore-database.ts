/** The prompt that leads a model from a question to a query, with the live schema at hand. */
import { promptOf } from '@causeway/shared-contracts/define-prompt'
import { z } from 'zod'
import { type DbServices, viewSource } from '../db-services.ts'
import { renderSchema } from '../render-schema.ts'

export const exploreDatabase = promptOf<DbServices>()({
  name: 'explore_database',
  title: 'Explore a database',
  description: 'Learn what a database holds and answer a question from it',
  args: z.object({
    database: z.string().optional().describe('Database id'),
    question: z.string().optional().describe('What you want to know'),
  }),
  async render({ database, question }, { services, caller }) {
    const view = viewSource(services, caller, database)
    const { id } = view.source
    return [
      { resource: { uri: `database://${id}/schema`, mimeType: 'text/markdown', text: await renderSchema(view) } },
      {
        text: [
          question ? `Answer from the database ${id}: ${question}` : `Show me what the database ${id} can tell.`,
          'The schema is above. Look at the tables you need with describe_table, then write one SELECT for run_query, with values in params.',
          'Aggregate in SQL, say which rows the answer rests on, and say so when your role masks or leaves out what matters.',
        ].join('\n'),
      },
    ]
  },
})
