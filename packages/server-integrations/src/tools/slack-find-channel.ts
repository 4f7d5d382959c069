/** The tool that finds the channel to post to. */
import { fitRows } from '@causeway/shared-contracts/bounded-rows'
import { markUntrusted } from '@causeway/shared-contracts/clean-text'
import { z } from 'zod'
import { closestChannels, matchingChannels, type SlackChannel } from '../slack/slack-channel.ts'
import { integrationTool } from './integration-tool.ts'
import { pageLimit } from './page-arguments.ts'

const Channel = z.object({
  id: z.string(),
  name: z.string(),
  topic: z.string(),
  is_member: z.boolean(),
  members: z.number(),
})

/** `slack_find_channel` */
export const slackFindChannel = integrationTool({
  name: 'slack_find_channel',
  title: 'Find a Slack channel',
  description: 'Finds public channels whose name, topic or purpose has the words, the closest first.',
  effect: 'read',
  openWorld: true,
  input: z.object({
    query: z.string().trim().min(1).max(80),
    limit: pageLimit,
  }),
  output: z.object({
    total: z.number(),
    channels: z.array(Channel),
    closest: z.array(z.string()),
    truncated: z.boolean(),
    untrusted: z.boolean(),
  }),
  async run({ query, limit }, call) {
    const list = await call.services.slack.listChannels(call)
    const found = matchingChannels(list.channels, query)
    const channels = fitRows(found.slice(0, limit), line)
    const closest = found.length > 0 ? [] : closestChannels(list.channels, query).map((channel) => channel.name)
    const data = {
      total: found.length,
      channels,
      closest,
      truncated: channels.length < found.length || !list.complete,
      untrusted: true,
    }
    return { text: render(query, data), data }
  },
})

function line(channel: SlackChannel): string {
  return `#${channel.name} (${channel.id}) · ${channel.members} members${channel.topic ? ` · ${channel.topic}` : ''}`
}

function render(
  query: string,
  data: { total: number; channels: SlackChannel[]; closest: string[]; truncated: boolean },
): string {
  const [first] = data.channels
  const limits = data.truncated ? ' There are more than are shown.' : ''
  if (!first) {
    const closest = data.closest.length > 0 ? ` Closest: ${data.closest.map((name) => `#${name}`).join(', ')}.` : ''
    return `No channel matches "${query}".${closest}${limits}\nNext: other or fewer words.`
  }
  return [
    `${data.total === 1 ? '1 channel matches' : `${data.total} channels match`} "${query}".${limits}`,
    markUntrusted(data.channels.map(line).join('\n'), 'slack'),
    `Next: slack_post_message(channel="#${first.name}", text=…).`,
  ].join('\n')
}
