/** The prompt that reviews what a role sees of personal data. */
import { promptOf } from '@causeway/shared-contracts/define-prompt'
import { z } from 'zod'
import { type DbServices, viewSource } from '../db-services.ts'
import { renderSchema } from '../render-schema.ts'

export const privacyReview = promptOf<DbServices>()({
  name: 'privacy_review',
  title: 'Review privacy',
  description: 'Review which personal data your role sees in a database, and what should be masked',
  args: z.object({ database: z.string().optional().describe('Database id') }),
  async render({ database }, { services, caller }) {
    const view = viewSource(services, caller, database)
    const { id } = view.source
    return [
      { resource: { uri: `database://${id}/schema`, mimeType: 'text/markdown', text: await renderSchema(view) } },
      {
        text: [
          `Review which personal data the role ${view.viewer.role} sees in ${id}. The schema above says which columns are masked, and how.`,
          'Go through the tables: name each column that is personal (names, addresses, numbers, birth dates, pay, free text) and say whether it is open, masked or absent.',
          'Use profile_column for columns whose content is not clear from their name; do not fetch personal rows to judge them.',
          'End with a list of columns that should be masked or hidden for this role, with the mask you suggest: null, redact, partial, hash, email, last4 or generalize. An admin writes it to databases.yaml.',
        ].join('\n'),
      },
    ]
  },
})
