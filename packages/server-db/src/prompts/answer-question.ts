/** The prompt that takes a question to an answer with its evidence. */
import { promptOf } from '@causeway/shared-contracts/define-prompt'
import { z } from 'zod'
import { type DbServices, viewSource } from '../db-services.ts'
import { queriesOf } from '../named-queries.ts'
import { renderSchema } from '../render-schema.ts'

export const answerQuestion = promptOf<DbServices>()({
  name: 'answer_question',
  title: 'Answer a question from data',
  description: 'Answer one question with SQL, and show what the answer rests on',
  args: z.object({
    question: z.string().min(1).describe('What you want to know'),
    database: z.string().optional().describe('Database id'),
  }),
  async render({ database, question }, { services, caller }) {
    const view = viewSource(services, caller, database)
    const { id } = view.source
    const named = queriesOf(view).map(([name, { about }]) => `- ${name}: ${about}`)
    return [
      { resource: { uri: `database://${id}/schema`, mimeType: 'text/markdown', text: await renderSchema(view) } },
      {
        text: [
          `Answer from the database ${id}: ${question}`,
          ...(named.length > 0 ? ['Use run_named_query when one of these fits:', ...named] : []),
          'Otherwise write one SELECT that computes the answer, check it with check_query when you are unsure, and run it with run_query, values in params.',
          'Give the answer first, then the SQL and the number of rows it rests on. Say so when your role masks or leaves out what matters; do not guess masked values.',
        ].join('\n'),
      },
    ]
  },
})
