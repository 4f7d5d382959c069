/** A walk sees each message once while people go on posting. */
import { expect, it } from 'vitest'
import { type MessagePlace, walkMessages } from './message-walk.ts'

const PAGE = 4
/** Slack's way: a cursor names the message that its page starts with. */
function channelOf(posted: string[]) {
  return {
    order: 'newest_first' as const,
    matches: ({ text }: { text: string }) => text.includes('match'),
    fetch: async (page: string | undefined) => {
      const start = page === undefined ? 0 : posted.indexOf(page)
      const messages = posted
        .slice(start, start + PAGE)
        .map((ts) => ({ ts, text: Number(ts) % 3 === 0 ? 'no' : `match ${ts}` }))
      return { messages, next: posted[start + PAGE] }
    },
  }
}

it.each([1, 2, 3, 7])('with pages of %i', async (limit) => {
  const posted = Array.from({ length: 30 }, (_, i) => String(1_030 - i))
  const wanted = posted.filter((ts) => Number(ts) % 3 !== 0)
  const seen: string[] = []
  let place: MessagePlace | undefined
  for (let round = 0; round < 60; round++) {
    const found = await walkMessages(channelOf(posted), limit, place)
    seen.push(...found.rows.map(({ message }) => message.ts))
    place = found.unread
    if (!place) break
    posted.unshift(String(1_031 + round))
  }
  expect(place).toBeUndefined()
  expect(seen).toEqual(wanted)
})

it('gives up after a few pages without a match, and goes on from there', async () => {
  const posted = Array.from({ length: 40 }, (_, i) => String(1_040 - i))
  const source = { ...channelOf(posted), matches: ({ ts }: { ts: string }) => ts === '1002' }
  const first = await walkMessages(source, 5)
  expect(first.rows).toEqual([])
  const second = await walkMessages(source, 5, first.unread)
  expect(second.rows.map(({ message }) => message.ts)).toEqual(['1002'])
})
