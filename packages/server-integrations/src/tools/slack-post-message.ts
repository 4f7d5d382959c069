/** The tool that posts a message to a channel. */

import { idempotencyInput } from '@causeway/shared-contracts/idempotency-codec'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import { integrationTool } from './integration-tool.ts'
import { dryRun, runKeyedWrite } from './keyed-write.ts'

const BROADCAST = /<!(?:channel|here|everyone|subteam)\b/i

/** Argument schema of a message's own id. */
export const messageTs = z
  .string()
  .regex(/^\d{1,12}\.\d{1,6}$/)
  .describe('ts of the message')

/** `slack_post_message` */
export const slackPostMessage = integrationTool({
  name: 'slack_post_message',
  title: 'Post a Slack message',
  description:
    'Posts to a channel or a thread of it; dry_run shows it to a person first. No direct messages, no @channel.',
  effect: 'write',
  openWorld: true,
  input: z.object({
    channel: z.string().trim().min(1).max(80).describe('Name or id, e.g. #general'),
    text: z.string().trim().min(1).max(4_000).describe('mrkdwn: *bold*'),
    thread_ts: messageTs.optional(),
    idempotency_key: idempotencyInput,
    dry_run: dryRun,
  }),
  output: z.object({
    channel_id: z.string(),
    channel: z.string(),
    ts: z.string().optional(),
    url: z.string().optional(),
    text: z.string(),
    dry_run: z.boolean(),
    replayed: z.boolean(),
  }),
  async run(args, call) {
    const { slack } = call.services
    if (BROADCAST.test(args.text)) throw broadcastRefused()
    const post = async () => {
      const channel = await slack.resolveChannel(args.channel, call)
      const { ts } = await slack.postMessage({ channel, text: args.text, threadTs: args.thread_ts }, call)
      const url = await slack.permalink({ channel: channel.id, ts }, call)
      return { channel_id: channel.id, channel: channel.name, ts, ...(url ? { url } : {}) }
    }
    if (args.dry_run) {
      const channel = await slack.resolveChannel(args.channel, call)
      return {
        text: `Dry run: nothing was sent. This would post to #${channel.name} (${channel.members} members):\n${args.text}\nNext: the same call with dry_run=false.`,
        data: { channel_id: channel.id, channel: channel.name, text: args.text, dry_run: true, replayed: false },
      }
    }
    const { result, replayed } = await runKeyedWrite({ vendor: 'slack', tool: 'slack_post_message', args }, call, post)
    return {
      text: `${replayed ? 'Already posted' : 'Posted'} to #${result.channel}, ts ${result.ts}${result.url ? `: ${result.url}` : ''}\nNext: answer in its thread with thread_ts="${result.ts}".`,
      data: { ...result, text: args.text, dry_run: false, replayed },
    }
  },
})

function broadcastRefused(): ToolError {
  return new ToolError(
    'invalid_arguments',
    'This tool does not notify whole channels or groups. Leave out <!channel>, <!here>, <!everyone> and <!subteam>.',
    { field: 'text' },
  )
}
