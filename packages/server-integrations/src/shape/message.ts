/** A chat message as every connector tells one. */
import { z } from 'zod'
import { Person, personLabel } from './person.ts'

export const Message = z.object({
  /** `{vendor}:{channel}/{id}`. */
  ref: z.string(),
  author: Person,
  text: z.string(),
  at: z.string(),
  thread: z.string().optional(),
  replies: z.number(),
})
export type Message = z.output<typeof Message>

/** One entry of a list. */
export function messageLine(message: Message): string {
  const replies = message.replies > 0 ? ` · ${message.replies} replies` : ''
  return `${message.at} · ${personLabel(message.author)} · ${message.ref}${replies}\n${message.text}`
}
