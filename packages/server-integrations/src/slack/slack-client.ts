/** The few Slack requests that the tools are made of. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import type { Connection } from '../connection/connection.ts'
import type { VendorCall } from '../http/vendor-request.ts'
import { channelName, closestChannels, SlackChannel } from './slack-channel.ts'

const CHANNELS_PER_PAGE = 1_000
const MAX_CHANNEL_PAGES = 5
/** Slack allows the list twenty times a minute; posting by name would spend one each. */
const LIST_KEPT_MS = 60_000

const ChannelPage = z.object({
  channels: z.array(SlackChannel),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
})
const CHANNEL_ID = /^[CG][A-Z0-9]{7,}$/
const Posted = z.object({ channel: z.string(), ts: z.string() })

/** All channels the app can see; not `complete` when the workspace has more than are read. */
export interface ChannelList {
  channels: SlackChannel[]
  complete: boolean
}

/** A message to post. */
export interface NewMessage {
  channel: SlackChannel
  text: string
  threadTs?: string | undefined
}

/** Returns Slack's requests over one connection; each throws ToolError. */
export function createSlackClient(connection: Pick<Connection, 'call'>) {
  let kept: { list: ChannelList; untilMs: number } | undefined

  const listChannels = async (call: VendorCall, isFresh: boolean): Promise<ChannelList> => {
    if (!isFresh && kept && kept.untilMs > Date.now()) return kept.list
    const list = await fetchChannels(connection, call)
    kept = { list, untilMs: Date.now() + LIST_KEPT_MS }
    return list
  }

  return {
    /** Reads the channel list anew. */
    listChannels: (call: VendorCall) => listChannels(call, true),

    /** The channel of an id or a name; a private one is found by its id alone. */
    async resolveChannel(given: string, call: VendorCall): Promise<SlackChannel> {
      if (CHANNEL_ID.test(given.trim())) return fetchChannel(connection, given.trim(), call)
      const pick = (list: ChannelList) => list.channels.find((channel) => channel.name === channelName(given))
      const found = pick(await listChannels(call, false)) ?? pick(await listChannels(call, true))
      if (found) return found
      throw unknownChannel(given, (await listChannels(call, false)).channels)
    },

    postMessage: (message: NewMessage, call: VendorCall) =>
      connection.call(
        {
          method: 'POST',
          effect: 'write',
          path: ['chat.postMessage'],
          form: {
            channel: message.channel.id,
            text: message.text,
            thread_ts: message.threadTs,
            // An unfurled link makes Slack fetch an address that the message's author chose.
            unfurl_links: false,
            unfurl_media: false,
          },
          doing: `post to #${message.channel.name}`,
          missing: `Slack no longer knows #${message.channel.name}. Find the channel with slack_find_channel.`,
          check: `Look at #${message.channel.name} before you post again.`,
          shape: Posted,
        },
        call,
      ),

    /** The address of a message, or undefined when Slack does not tell it. */
    permalink: (posted: { channel: string; ts: string }, call: VendorCall) =>
      connection
        .call(
          {
            method: 'POST',
            effect: 'read',
            path: ['chat.getPermalink'],
            form: { channel: posted.channel, message_ts: posted.ts },
            doing: 'read the address of the message',
            missing: 'The message is gone.',
            shape: z.object({ permalink: z.string() }),
          },
          call,
        )
        // The message is posted; failing now would invite the caller to post it again.
        .then(
          ({ permalink }) => permalink,
          () => undefined,
        ),
  }
}

/** Slack's requests over one connection. */
export type SlackClient = ReturnType<typeof createSlackClient>

async function fetchChannel(connection: Pick<Connection, 'call'>, id: string, call: VendorCall): Promise<SlackChannel> {
  const { channel } = await connection.call(
    {
      method: 'POST',
      effect: 'read',
      path: ['conversations.info'],
      form: { channel: id },
      doing: `read channel ${id}`,
      missing: `No channel ${id} that the app can see. Find one with slack_find_channel.`,
      shape: z.object({ channel: SlackChannel }),
    },
    call,
  )
  return channel
}

async function fetchChannels(connection: Pick<Connection, 'call'>, call: VendorCall): Promise<ChannelList> {
  const channels: SlackChannel[] = []
  let cursor: string | undefined
  for (let page = 1; page <= MAX_CHANNEL_PAGES; page++) {
    const found = await connection.call(
      {
        method: 'POST',
        effect: 'read',
        path: ['conversations.list'],
        form: { types: 'public_channel', exclude_archived: true, limit: CHANNELS_PER_PAGE, cursor },
        doing: 'list the channels',
        missing: 'Slack has no channel list.',
        shape: ChannelPage,
      },
      call,
    )
    channels.push(...found.channels)
    cursor = found.response_metadata?.next_cursor
    if (!cursor) return { channels, complete: true }
  }
  return { channels, complete: false }
}

function unknownChannel(given: string, channels: readonly SlackChannel[]): ToolError {
  const close = closestChannels(channels, given).map((channel) => `#${channel.name}`)
  return new ToolError(
    'not_found',
    `No channel "${given}" that the app can see.${close.length > 0 ? ` Closest: ${close.join(', ')}.` : ''} Find one with slack_find_channel.`,
    { field: 'channel', ...(close[0] ? { did_you_mean: close[0] } : {}) },
  )
}
