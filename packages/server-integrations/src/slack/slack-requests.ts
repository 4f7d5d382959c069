/** The Slack requests that the tools are made of, each as data. */
import { z } from 'zod'
import type { VendorRequest } from '../http/vendor-request.ts'
import { SlackChannel } from './slack-channel.ts'

const CHANNELS_PER_PAGE = 1_000

/** A message to post. */
export interface NewMessage {
  channel: SlackChannel
  text: string
  threadTs?: string | undefined
}

/** Where a posted message is. */
export interface PostedMessage {
  channel: string
  ts: string
}

/** One page of the public channels. */
export function listChannelsRequest(cursor: string | undefined) {
  return {
    method: 'POST',
    effect: 'read',
    path: ['conversations.list'],
    form: { types: 'public_channel', exclude_archived: true, limit: CHANNELS_PER_PAGE, cursor },
    doing: 'list the channels',
    missing: 'Slack has no channel list.',
    shape: z.object({
      channels: z.array(SlackChannel),
      response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
    }),
  } satisfies VendorRequest
}

/** One channel by its id, also a private one that the app is in. */
export function getChannelRequest(id: string) {
  return {
    method: 'POST',
    effect: 'read',
    path: ['conversations.info'],
    form: { channel: id },
    doing: `read channel ${id}`,
    missing: `No channel ${id} that the app can see. Find one with slack_find_channel.`,
    shape: z.object({ channel: SlackChannel }),
  } satisfies VendorRequest
}

/** A new message. */
export function postMessageRequest({ channel, text, threadTs }: NewMessage) {
  return {
    method: 'POST',
    effect: 'write',
    path: ['chat.postMessage'],
    // An unfurled link makes Slack fetch an address that the message's author chose.
    form: { channel: channel.id, text, thread_ts: threadTs, unfurl_links: false, unfurl_media: false },
    doing: `post to #${channel.name}`,
    missing: `Slack no longer knows #${channel.name}. Find the channel with slack_find_channel.`,
    check: `Look at #${channel.name} before you post again.`,
    shape: z.object({ channel: z.string(), ts: z.string() }),
  } satisfies VendorRequest
}

/** The address of a message. */
export function getPermalinkRequest(posted: PostedMessage) {
  return {
    method: 'POST',
    effect: 'read',
    path: ['chat.getPermalink'],
    form: { channel: posted.channel, message_ts: posted.ts },
    doing: 'read the address of the message',
    missing: 'The message is gone.',
    shape: z.object({ permalink: z.string() }),
  } satisfies VendorRequest
}
