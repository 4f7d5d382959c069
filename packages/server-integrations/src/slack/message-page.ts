/** One page of messages of a channel or a thread: as many as fit, and where the next page begins. */
import { fitRows } from '@causeway/shared-contracts/bounded-rows'
import type { VendorCall } from '../http/vendor-request.ts'
import { type Message, messageLine } from '../shape/message.ts'
import type { Person } from '../shape/person.ts'
import { type MessagePlace, type MessageSource, walkMessages } from './message-walk.ts'
import type { SlackClient } from './slack-client.ts'
import { toMessage } from './slack-message.ts'

/** What is read. */
export interface MessagePageOptions {
  slack: SlackClient
  /** Id of the channel. */
  channel: string
  source: MessageSource
  limit: number
  place: MessagePlace | undefined
}

/** Reads it. @throws ToolError */
export async function readMessagePage(
  { slack, channel, source, limit, place }: MessagePageOptions,
  call: VendorCall,
): Promise<{ items: Message[]; next: MessagePlace | undefined }> {
  const { rows, unread } = await walkMessages(source, limit, place)
  const people: ReadonlyMap<string, Person> = rows.length > 0 ? await slack.people.byId(call) : new Map()
  const items = fitRows(
    rows.map(({ message }) => toMessage(channel, message, people)),
    messageLine,
  )
  return { items, next: items.length < rows.length ? rows[items.length - 1]?.place : unread }
}
