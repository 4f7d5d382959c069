/** Each Slack tool against the emulator, through the real client. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Harness, openHarness } from './support/open-harness.ts'

let harness: Harness

beforeAll(() => {
  harness = openHarness()
})
afterAll(() => harness.close())

describe('slack_find_channel', () => {
  it('finds by name, with or without #, and by words of the topic', async () => {
    for (const query of ['#web-checkout', 'web checkout', 'coupons']) {
      const { data, text } = await harness.call('slack_find_channel', { query })
      expect(data.channels[0], query).toMatchObject({ name: 'web-checkout', is_member: true })
      expect(text).toContain('<untrusted source="slack">')
    }
  })

  it('names the closest when there is none', async () => {
    const { data } = await harness.call('slack_find_channel', { query: 'checkout-squad-berlin' })
    expect(data).toMatchObject({ total: 0, channels: [], closest: ['web-checkout'] })
  })
})

describe('slack_post_message', () => {
  it('posts by name and by id, and into a thread', async () => {
    const posted = await harness.call('slack_post_message', {
      channel: '#web-checkout',
      text: 'Fix for *#456* is on its way.',
    })
    expect(posted.data).toMatchObject({ channel: 'web-checkout', dry_run: false, replayed: false })
    expect(posted.data.url).toMatch(/^https:\/\/acme\.slack\.example\/archives\//)
    const { channel_id, ts } = posted.data
    const answer = await harness.call('slack_post_message', { channel: channel_id, text: 'Thanks', thread_ts: ts })
    expect(answer.data).toMatchObject({ channel_id, channel: 'web-checkout' })
    expect(answer.data.ts).not.toBe(ts)
  })

  it('posts nothing in a dry run, but checks the channel', async () => {
    const dry = await harness.call('slack_post_message', { channel: 'incidents', text: 'Test', dry_run: true })
    expect(dry.data).toMatchObject({ channel: 'incidents', dry_run: true })
    expect(dry.data.ts).toBeUndefined()
    expect(dry.text).toMatch(/^Dry run/)
    const wrong = await harness.call('slack_post_message', { channel: 'incident', text: 'Test', dry_run: true })
    expect(wrong.error).toMatchObject({ code: 'not_found', field: 'channel', did_you_mean: '#incidents' })
  })

  it('posts once a key', async () => {
    const args = { channel: 'general', text: 'Once', idempotency_key: 'p-1' }
    const first = await harness.call('slack_post_message', args)
    const again = await harness.call('slack_post_message', args)
    expect(again.data).toEqual({ ...first.data, replayed: true })
  })

  it('refuses to wake whole channels, unknown channels and empty text', async () => {
    for (const text of ['<!channel> hi', 'hi <!here|here>', '<!EVERYONE>', '<!subteam^S123|@squad>']) {
      const { error } = await harness.call('slack_post_message', { channel: 'general', text })
      expect(error, text).toMatchObject({ code: 'invalid_arguments', field: 'text' })
    }
    expect((await harness.call('slack_post_message', { channel: 'C0NOTTHERE', text: 'x' })).error?.code).toBe(
      'not_found',
    )
    expect((await harness.call('slack_post_message', { channel: 'general', text: ' ' })).error?.code).toBe(
      'invalid_arguments',
    )
  })
})

describe('slack_find_user, slack_search_messages and slack_get_thread', () => {
  it('find people by name and by address', async () => {
    const { data } = await harness.call('slack_find_user', { query: 'maria lind' })
    expect(data.items).toMatchObject([{ name: 'Maria Lindqvist', email: 'maria.lindqvist@acme.dev' }])
    const byEmail = await harness.call('slack_find_user', { query: 'devon.park@acme.dev' })
    expect(byEmail.data.items).toMatchObject([{ name: 'Devon Park' }])
    expect((await harness.call('slack_find_user', { query: 'nobody@acme.dev' })).data).toMatchObject({
      items: [],
      total: 0,
    })
  })

  it('find what was said, and read its thread', async () => {
    const { data, text } = await harness.call('slack_search_messages', { channel: '#incidents', query: 'error rate' })
    expect(data.items).toMatchObject([{ author: { name: 'Devon Park' }, replies: 2 }])
    expect(data.items[0].author.email).toBeUndefined()
    expect(text).toContain('<untrusted source="slack:')
    const ts = data.items[0].ref.split('/')[1]
    const thread = await harness.call('slack_get_thread', { channel: 'incidents', ts })
    expect(thread.data.items.map((item: { author: { name: string } }) => item.author.name)).toEqual([
      'Devon Park',
      'Maria Lindqvist',
      'Devon Park',
    ])
  })

  it('walk a channel and a thread once each while people go on posting', async () => {
    for (let i = 1; i <= 7; i++) await harness.call('slack_post_message', { channel: 'general', text: `walk ${i}` })
    const texts: string[] = []
    let cursor: string | undefined
    do {
      const args = { channel: 'general', query: 'walk', limit: 3, ...(cursor ? { cursor } : {}) }
      const { data } = await harness.call('slack_search_messages', args)
      texts.push(...data.items.map((item: { text: string }) => item.text))
      cursor = data.next_cursor
      await harness.call('slack_post_message', { channel: 'general', text: `walk later` })
    } while (cursor && texts.length < 30)
    expect(texts).toEqual([7, 6, 5, 4, 3, 2, 1].map((i) => `walk ${i}`))
    const other = await harness.call('slack_search_messages', { channel: 'general', query: 'walk', limit: 3 })
    const foreign = { channel: 'general', query: 'other', limit: 3, cursor: other.data.next_cursor }
    expect((await harness.call('slack_search_messages', foreign)).error?.code).toBe('invalid_cursor')
  })
})
