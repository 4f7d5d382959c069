/** Slack's error words become errors that tell what to do. */
import { expect, it } from 'vitest'
import { z } from 'zod'
import { commonRefusal } from '../http/vendor-failure.ts'
import type { VendorRequest } from '../http/vendor-request.ts'
import { slackDialect } from './slack-dialect.ts'

const REQUEST: VendorRequest = {
  method: 'POST',
  effect: 'write',
  path: ['chat.postMessage'],
  doing: 'post to #general',
  missing: 'No such channel.',
  shape: z.unknown(),
}
const refusal = (body: unknown, status = 200) => {
  const reply = { status, headers: { 'retry-after': '3' }, body, isUnreadable: false, chars: 2 }
  return (commonRefusal(slackDialect, REQUEST, reply) ?? slackDialect.refusal(reply, REQUEST))?.shape
}

it.each([
  ['invalid_auth', 'connection_required'],
  ['token_revoked', 'connection_required'],
  ['channel_not_found', 'not_found'],
  ['not_in_channel', 'not_in_channel'],
  ['is_archived', 'channel_archived'],
  ['missing_scope', 'forbidden'],
  ['ratelimited', 'rate_limited'],
  ['something_new', 'invalid_request'],
])('%s → %s', (error, code) => {
  expect(refusal({ ok: false, error })?.code).toBe(code)
})

it('says what to do, and repeats no markup of the answer', () => {
  expect(refusal({ ok: false, error: 'missing_scope', needed: 'chat:write<b>' })?.message).toContain(
    'scope chat:writeb.',
  )
  expect(refusal({ ok: false, error: '<script>' })?.message).not.toContain('<')
  expect(refusal({ ok: false, error: 'ratelimited' })?.retry_after_ms).toBe(3_000)
})

it('lets a success and its unknown shape pass to the reader', () => {
  expect(refusal({ ok: true, ts: '1' })).toBeUndefined()
  expect(refusal(undefined)).toBeUndefined()
  expect(refusal(undefined, 404)?.code).toBe('invalid_request')
})
