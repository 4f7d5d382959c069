/** The tool that finds a person in Slack. */
import { fitRows } from '@causeway/shared-contracts/bounded-rows'
import { markUntrusted } from '@causeway/shared-contracts/clean-text'
import { z } from 'zod'
import { Person } from '../shape/person.ts'
import { integrationTool } from './integration-tool.ts'
import { pageLimit } from './page-arguments.ts'

/** `slack_find_user` */
export const slackFindUser = integrationTool({
  name: 'slack_find_user',
  title: 'Find a Slack user',
  description: 'Finds people by name or e-mail address, to mention them as <@id> in slack_post_message.',
  effect: 'read',
  openWorld: true,
  input: z.object({ query: z.string().trim().min(2).max(80).describe('Name or e-mail'), limit: pageLimit }),
  output: z.object({ items: z.array(Person), total: z.number(), untrusted: z.boolean() }),
  async run({ query, limit }, call) {
    const found = await call.services.slack.people.find(query, call)
    const items = fitRows(found.slice(0, limit), line)
    const [first] = items
    return {
      text: first
        ? [
            `${found.length} people match "${query}".`,
            markUntrusted(items.map(line).join('\n'), 'slack'),
            `Next: slack_post_message with <@${first.ref.slice('slack:'.length)}> in its text.`,
          ].join('\n')
        : `Nobody matches "${query}".\nNext: fewer letters of the name, or the e-mail address.`,
      data: { items, total: found.length, untrusted: true },
    }
  },
})

function line({ ref, handle, name, email }: Person): string {
  return [ref.slice('slack:'.length), handle, name, email].filter(Boolean).join(' · ')
}
