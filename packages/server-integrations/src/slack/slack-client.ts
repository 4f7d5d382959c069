/** Slack's requests over one connection, as the tools call them. */
import { ToolError } from '@causeway/shared-contracts/tool-error'
import type { z } from 'zod'
import type { Connection } from '../connection/connection.ts'
import type { VendorCall } from '../http/vendor-request.ts'
import { channelName, closestChannels, type SlackChannel } from './slack-channel.ts'
import { openSlackDirectory } from './slack-directory.ts'
import {
  getChannelRequest,
  getPermalinkRequest,
  listChannelsRequest,
  listMessagesRequest,
  listRepliesRequest,
  type NewMessage,
  type PostedMessage,
  postMessageRequest,
} from './slack-requests.ts'

const MAX_CHANNEL_PAGES = 5
/** Slack allows the list twenty times a minute; posting by name would spend one each. */
const LIST_KEPT_MS = 60_000
const CHANNEL_ID = /^[CG][A-Z0-9]{7,}$/

/** All channels the app can see; not `complete` when the workspace has more than are read. */
export interface ChannelList {
  channels: SlackChannel[]
  complete: boolean
}

/** Returns the client; each of its functions throws ToolError. */
export function createSlackClient(connection: Pick<Connection, 'call' | 'accountKey'>) {
  let kept: { list: ChannelList; account: string; untilMs: number } | undefined
  const keptChannels = async (by: VendorCall) =>
    kept && kept.untilMs > Date.now() && kept.account === connection.accountKey(by.caller)
      ? kept.list
      : listChannels(by)
  const listChannels = async (by: VendorCall) => {
    const list = await fetchChannels(connection, by)
    kept = { list, account: connection.accountKey(by.caller), untilMs: Date.now() + LIST_KEPT_MS }
    return list
  }
  return {
    listChannels,
    /** The channel of an id or a name; a private one is found by its id alone. */
    async resolveChannel(given: string, by: VendorCall): Promise<SlackChannel> {
      if (CHANNEL_ID.test(given.trim())) return (await connection.call(getChannelRequest(given.trim()), by)).channel
      const pick = (list: ChannelList) => list.channels.find((channel) => channel.name === channelName(given))
      const found = pick(await keptChannels(by)) ?? pick(await listChannels(by))
      if (found) return found
      throw unknownChannel(given, (await keptChannels(by)).channels)
    },
    people: openSlackDirectory(connection),
    /** One page of a channel's messages. */
    async messages(at: Parameters<typeof listMessagesRequest>[0], by: VendorCall) {
      return toPage(await connection.call(listMessagesRequest(at), by))
    },
    /** One page of a thread. */
    async replies(at: Parameters<typeof listRepliesRequest>[0], by: VendorCall) {
      return toPage(await connection.call(listRepliesRequest(at), by))
    },
    postMessage: (message: NewMessage, by: VendorCall) => connection.call(postMessageRequest(message), by),
    /** The address of a message, or undefined when Slack does not tell it. */
    async permalink(posted: PostedMessage, by: VendorCall): Promise<string | undefined> {
      try {
        return (await connection.call(getPermalinkRequest(posted), by)).permalink
      } catch {
        // The message is posted; failing now would invite the caller to post it again.
        return undefined
      }
    },
  }
}

/** Slack's requests over one connection. */
export type SlackClient = ReturnType<typeof createSlackClient>

function toPage({ messages, response_metadata: paging }: z.output<ReturnType<typeof listMessagesRequest>['shape']>) {
  return { messages, next: paging?.next_cursor || undefined }
}

async function fetchChannels(connection: Pick<Connection, 'call'>, by: VendorCall): Promise<ChannelList> {
  const channels: SlackChannel[] = []
  let cursor: string | undefined
  for (let page = 1; page <= MAX_CHANNEL_PAGES; page++) {
    const found = await connection.call(listChannelsRequest(cursor), by)
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
