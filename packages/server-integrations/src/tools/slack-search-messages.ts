/** The tool that finds messages of one channel by words. */
import { fitRows } from '@causeway/shared-contracts/bounded-rows'
import { markUntrusted } from '@causeway/shared-contracts/clean-text'
import { cursorInput } from '@causeway/shared-contracts/cursor-codec'
import { z } from 'zod'
import { Message, messageLine } from '../shape/message.ts'
import { pageOf } from '../shape/page.ts'
import { MessagePlace, walkMessages } from '../slack/message-walk.ts'
import { toMessage } from '../slack/slack-message.ts'
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
    const found = await walkMessages(
      {
        order: 'newest_first',
        fetch: (cursor) => slack.messages({ channel, cursor }, call),
        matches: ({ text }) => words.every((word) => text.toLowerCase().includes(word)),
      },
      args.limit,
      place,
    )
    const people = found.rows.length > 0 ? await slack.people.byId(call) : new Map()
    const items = fitRows(
      found.rows.map(({ message }) => toMessage(channel.id, message, people)),
      messageLine,
    )
    const end = items.length < found.rows.length ? found.rows[items.length - 1]?.place : found.unread
    const cursor = end && cursors.seal(end, walk)
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
