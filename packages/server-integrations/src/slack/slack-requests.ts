/** The Slack requests that the tools are made of, each as data. */
import { z } from 'zod'
import type { VendorRequest } from '../http/vendor-request.ts'
import { SlackChannel } from './slack-channel.ts'
import { SlackMessage, SlackUser } from './slack-message.ts'

const CHANNELS_PER_PAGE = 1_000
const MESSAGES_PER_PAGE = 200
const USERS_PER_PAGE = 200
const READ = { method: 'POST', effect: 'read' } as const
const Paging = z.object({ next_cursor: z.string().optional() }).nullish()

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

/** One page of a channel's messages, the newest first. */
export function listMessagesRequest(at: { channel: SlackChannel; cursor?: string | undefined }) {
  return {
    ...READ,
    path: ['conversations.history'],
    form: { channel: at.channel.id, limit: MESSAGES_PER_PAGE, cursor: at.cursor },
    doing: `read #${at.channel.name}`,
    missing: `Slack no longer knows #${at.channel.name}. Find the channel with slack_find_channel.`,
    shape: z.object({ messages: z.array(SlackMessage), response_metadata: Paging }),
  } satisfies VendorRequest
}

/** One page of a thread, the message that it hangs on first. */
export function listRepliesRequest(at: { channel: SlackChannel; ts: string; cursor?: string | undefined }) {
  return {
    ...READ,
    path: ['conversations.replies'],
    form: { channel: at.channel.id, ts: at.ts, limit: MESSAGES_PER_PAGE, cursor: at.cursor },
    doing: `read a thread of #${at.channel.name}`,
    missing: `No thread ${at.ts} in #${at.channel.name}. Find it with slack_search_messages.`,
    shape: z.object({ messages: z.array(SlackMessage), response_metadata: Paging }),
  } satisfies VendorRequest
}

/** One page of the workspace's people. */
export function listUsersRequest(cursor: string | undefined) {
  return {
    ...READ,
    path: ['users.list'],
    form: { limit: USERS_PER_PAGE, cursor },
    doing: 'list the people',
    missing: 'Slack has no list of people.',
    shape: z.object({ members: z.array(SlackUser), response_metadata: Paging }),
  } satisfies VendorRequest
}

/** The person with an e-mail address. */
export function getUserByEmailRequest(email: string) {
  return {
    ...READ,
    path: ['users.lookupByEmail'],
    form: { email },
    doing: 'find a person by e-mail address',
    missing: `Nobody in Slack has the address ${email}.`,
    shape: z.object({ user: SlackUser }),
  } satisfies VendorRequest
}
