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
