/** The tool that finds messages of one channel by words. */
import { markUntrusted } from '@causeway/shared-contracts/clean-text'
import { cursorInput } from '@causeway/shared-contracts/cursor-codec'
import { z } from 'zod'
import { Message, messageLine } from '../shape/message.ts'
import { pageOf } from '../shape/page.ts'
import { readMessagePage } from '../slack/message-page.ts'
import { MessagePlace } from '../slack/message-walk.ts'
import { integrationTool } from './integration-tool.ts'
import { followingPage, pageLimit, walkOf } from './page-arguments.ts'

const TOOL = 'slack_search_messages'

/** `slack_search_messages` */
export const slackSearchMessages = integrationTool({
  name: TOOL,
  title: 'Search Slack messages',
  description: "Finds a channel's messages that have all the words, newest first; without words the latest.",
  effect: 'read',
  openWorld: true,
  input: z.object({
    channel: z.string().trim().min(1).max(80).describe('Name or id'),
    query: z.string().trim().max(200).default(''),
    limit: pageLimit,
    cursor: cursorInput,
  }),
  output: pageOf(Message),
  async run(args, call) {
    const { cursors, slack } = call.services
    const walk = walkOf(TOOL, args, call)
    const place = cursors.open(args.cursor, walk, MessagePlace)
    const channel = await slack.resolveChannel(args.channel, call)
    const words = args.query.toLowerCase().split(/\s+/).filter(Boolean)
    const { items, next } = await readMessagePage(
      {
        slack,
        channel: channel.id,
        limit: args.limit,
        place,
        source: {
          order: 'newest_first',
          fetch: (cursor) => slack.messages({ channel, cursor }, call),
          matches: ({ text }) => words.every((word) => text.toLowerCase().includes(word)),
        },
      },
      call,
    )
    const cursor = next && cursors.seal(next, walk)
    const text = items.length > 0 ? [markUntrusted(items.map(messageLine).join('\n---\n'), `slack:${channel.id}`)] : []
    return {
      text: [
        `${items.length} messages of #${channel.name}${cursor ? '; older ones are not read yet' : ''}.`,
        ...text,
        followingPage(cursor, `slack_get_thread(channel="${channel.id}", ts=…) for the answers`),
      ].join('\n'),
      data: { items, ...(cursor ? { next_cursor: cursor } : {}), untrusted: true },
    }
  },
})
