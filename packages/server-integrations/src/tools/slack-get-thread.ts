/** The tool that reads a thread. */
import { markUntrusted } from '@causeway/shared-contracts/clean-text'
import { cursorInput } from '@causeway/shared-contracts/cursor-codec'
import { z } from 'zod'
import { Message, messageLine } from '../shape/message.ts'
import { pageOf } from '../shape/page.ts'
import { readMessagePage } from '../slack/message-page.ts'
import { MessagePlace } from '../slack/message-walk.ts'
import { integrationTool } from './integration-tool.ts'
import { followingPage, pageLimit, walkOf } from './page-arguments.ts'
import { messageTs } from './slack-post-message.ts'

const TOOL = 'slack_get_thread'

/** `slack_get_thread` */
export const slackGetThread = integrationTool({
  name: TOOL,
  title: 'Get a Slack thread',
  description: 'Reads a message and its answers, oldest first. Find it with slack_search_messages.',
  effect: 'read',
  openWorld: true,
  input: z.object({
    channel: z.string().trim().min(1).max(80).describe('Name or id'),
    ts: messageTs,
    limit: pageLimit,
    cursor: cursorInput,
  }),
  output: pageOf(Message),
  async run(args, call) {
    const { cursors, slack } = call.services
    const walk = walkOf(TOOL, args, call)
    const place = cursors.open(args.cursor, walk, MessagePlace)
    const channel = await slack.resolveChannel(args.channel, call)
    const { items, next } = await readMessagePage(
      {
        slack,
        channel: channel.id,
        limit: args.limit,
        place,
        source: {
          order: 'oldest_first',
          fetch: (cursor) => slack.replies({ channel, ts: args.ts, cursor }, call),
          matches: () => true,
        },
      },
      call,
    )
    const cursor = next && cursors.seal(next, walk)
    return {
      text: [
        `${items.length} messages of thread ${args.ts} in #${channel.name}.`,
        markUntrusted(items.map(messageLine).join('\n---\n'), `slack:${channel.id}/${args.ts}`),
        followingPage(cursor, `slack_post_message(channel="${channel.id}", thread_ts="${args.ts}", …) to answer`),
      ].join('\n'),
      data: { items, ...(cursor ? { next_cursor: cursor } : {}), untrusted: true },
    }
  },
})
