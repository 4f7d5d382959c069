/** Walks a channel or a thread without gap or repeat: the place is the last message seen, whatever is posted meanwhile. */
import { z } from 'zod'
import type { SlackMessage } from './slack-message.ts'

const MAX_PAGES = 5

/** Where a walk stands: Slack's own cursor of the page, and the last message seen on it. */
export const MessagePlace = z.object({ page: z.string().optional(), ts: z.string() })
export type MessagePlace = z.output<typeof MessagePlace>

/** A list of messages in one order. */
export interface MessageSource {
  fetch(page: string | undefined): Promise<{ messages: SlackMessage[]; next: string | undefined }>
  order: 'newest_first' | 'oldest_first'
  matches(message: SlackMessage): boolean
}

/** The messages found, each with the place behind it. */
export interface FoundMessages {
  rows: { message: SlackMessage; place: MessagePlace }[]
  /** Where to go on when more is to be read; undefined at the end of the list. */
  unread: MessagePlace | undefined
}

/** Finds at most `limit` messages after `place`, reading a bounded number of pages. */
export async function walkMessages(source: MessageSource, limit: number, place?: MessagePlace): Promise<FoundMessages> {
  const rows: FoundMessages['rows'] = []
  const isAfter = (ts: string) => !place || (source.order === 'newest_first' ? ts < place.ts : ts > place.ts)
  let page = place?.page
  let last = place?.ts
  for (let read = 0; read < MAX_PAGES; read++) {
    const { messages, next } = await source.fetch(page)
    for (const message of messages.filter(({ ts }) => isAfter(ts))) {
      if (source.matches(message)) {
        // One more than is wanted proves that there is more.
        if (rows.length === limit) return { rows, unread: rows.at(-1)?.place }
        rows.push({ message, place: placeAt(page, message.ts) })
      }
      last = message.ts
    }
    if (!next) return { rows, unread: undefined }
    page = next
  }
  return { rows, unread: last === undefined ? undefined : placeAt(page, last) }
}

function placeAt(page: string | undefined, ts: string): MessagePlace {
  return page === undefined ? { ts } : { page, ts }
}
