/** A Slack message and a Slack user as Slack tells them, cut down to what the tools use. */
import { stripHidden } from '@causeway/shared-contracts/clean-text'
import { z } from 'zod'
import type { Message } from '../shape/message.ts'
import type { Person } from '../shape/person.ts'

const MAX_TEXT_CHARS = 2_000
const text = z.string().transform(stripHidden)

/** Slack's message, without its attachments. */
export const SlackMessage = z.object({
  ts: z.string(),
  text: text.default(''),
  user: z.string().nullish(),
  username: text.nullish(),
  bot_id: z.string().nullish(),
  thread_ts: z.string().nullish(),
  reply_count: z.number().int().nullish(),
})
export type SlackMessage = z.output<typeof SlackMessage>

/** Slack's user → a person; `isBot` tells apps apart. */
export const SlackUser = z
  .object({
    id: z.string(),
    name: text,
    real_name: text.nullish(),
    deleted: z.boolean().nullish(),
    is_bot: z.boolean().nullish(),
    profile: z
      .object({ email: z.string().nullish(), display_name: text.nullish(), real_name: text.nullish() })
      .nullish(),
  })
  .transform(({ id, name, real_name, deleted, is_bot, profile }) => ({
    id,
    isGone: deleted === true,
    isBot: is_bot === true,
    person: {
      ref: `slack:${id}`,
      handle: profile?.display_name || name,
      ...(real_name || profile?.real_name ? { name: (real_name || profile?.real_name) as string } : {}),
      ...(profile?.email ? { email: profile.email } : {}),
    } satisfies Person as Person,
  }))
export type SlackUser = z.output<typeof SlackUser>

/** The message as our results tell it. */
export function toMessage(channel: string, message: SlackMessage, people: ReadonlyMap<string, Person>): Message {
  const id = message.user ?? message.bot_id ?? 'unknown'
  const known = people.get(id)
  return {
    ref: `slack:${channel}/${message.ts}`,
    author: known ?? { ref: `slack:${id}`, ...(message.username ? { handle: message.username } : {}) },
    text: message.text.slice(0, MAX_TEXT_CHARS),
    at: new Date(Number(message.ts) * 1_000).toISOString(),
    ...(message.thread_ts ? { thread: `slack:${channel}/${message.thread_ts}` } : {}),
    replies: message.reply_count ?? 0,
  }
}
