/** Money is shown, confirmed and paid back once: against the emulated Stripe, behind a proxy that loses answers. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { OwnEndpoint } from '../src/connection/connection.ts'
import { startStripeEmulator } from '../src/emulator/stripe-emulator.ts'
import { type Harness, openHarness } from './support/open-harness.ts'
import { type Fault, type FaultProxy, startFaultProxy } from './support/start-fault-proxy.ts'

const TOOL = 'stripe_create_refund'
const BOUNDS = { maxRetries: 1, breakerFailures: 1_000 }
let stripe: OwnEndpoint
let proxy: FaultProxy
let harness: Harness
const isRefund = ({ method }: { method: string }) => method === 'POST'

beforeAll(async () => {
  stripe = await startStripeEmulator()
  proxy = await startFaultProxy(stripe.baseUrl)
  harness = openHarness({ env: { STRIPE_TOKEN: stripe.token, STRIPE_API_URL: proxy.url }, bounds: BOUNDS })
})
beforeEach(() => proxy.plan(() => 'pass'))
afterAll(async () => {
  await harness.close()
  await proxy.close()
  await stripe.close()
})

const overview = async () =>
  (await harness.call('stripe_get_customer_overview', { customer: 'jana.keller@nordwind-bikes.example' })).data
const refundedMinor = async () => (await overview()).refunded[0].minor

describe('stripe_get_customer_overview', () => {
  it('finds a customer by address and by id, with exact amounts', async () => {
    const data = await overview()
    expect(data).toMatchObject({
      customer: { ref: 'stripe:cus_Nordwind', name: 'Jana Keller' },
      paid: [{ minor: 17_890, currency: 'EUR', amount: '178.90' }],
      truncated: false,
    })
    expect(data.charges).toHaveLength(3)
    const byId = await harness.call('stripe_get_customer_overview', { customer: 'cus_Seeblick', charges: 1 })
    expect(byId.data.customer.email).toBe('tom.arnold@seeblick-sport.example')
    const missing = await harness.call('stripe_get_customer_overview', { customer: 'nobody@x.example' })
    expect(missing.error).toMatchObject({ code: 'not_found', field: 'customer' })
  })
})

describe('stripe_create_refund', () => {
  const confirmed = async (args: Record<string, unknown>) => {
    const asked = await harness.call(TOOL, args)
    expect(asked.error?.code).toBe('confirmation_required')
    return { ...args, confirmation_token: asked.error?.confirmation_token }
  }

  it('pays nothing before it is confirmed, and binds the confirmation to the very refund', async () => {
    const args = { charge: 'ch_NordwindRepair', amount: 1_000, idempotency_key: 'r-1' }
    const asked = await harness.call(TOOL, args)
    expect(asked.text).toContain('EUR 10.00')
    expect(proxy.seen.filter(isRefund)).toEqual([])
    const token = asked.error?.confirmation_token
    for (const other of [
      { ...args, amount: 12_900 },
      { ...args, idempotency_key: 'r-2' },
    ]) {
      const refused = await harness.call(TOOL, { ...other, confirmation_token: token })
      expect(refused.error?.code).toBe('confirmation_invalid')
    }
    const paid = await harness.call(TOOL, { ...args, confirmation_token: token })
    expect(paid.data).toMatchObject({ charge: 'ch_NordwindRepair', amount: { amount: '10.00' }, replayed: false })
    const again = await harness.call(TOOL, { ...args, confirmation_token: token })
    expect(again.data).toEqual({ ...paid.data, replayed: true })
    expect(await refundedMinor()).toBe(1_000)
    expect(proxy.seen.filter(isRefund)).toHaveLength(1)
  })

  it('sends the same key again when the first answer is lost, and pays once', async () => {
    const args = await confirmed({ charge: 'ch_NordwindRepair', amount: 2_000, idempotency_key: 'r-lost' })
    let refunds = 0
    proxy.plan((request) => (isRefund(request) && ++refunds === 1 ? 'reset_after' : 'pass'))
    expect((await harness.call(TOOL, args)).data).toMatchObject({ amount: { minor: 2_000 }, replayed: false })
    const keys = proxy.seen.filter(isRefund).map(({ headers }) => headers['idempotency-key'])
    expect(keys).toHaveLength(2)
    expect(new Set(keys).size).toBe(1)
    expect(await refundedMinor()).toBe(3_000)
  })

  it.each<[string, Fault]>([
    ['a limit', { status: 429, headers: { 'retry-after': '60' } }],
    ['a key that is in use', { status: 409, body: '{"error":{"code":"idempotency_key_in_use","message":"In use."}}' }],
    ['a refusal', { status: 403, body: '{"error":{"message":"No."}}' }],
  ])('does not take %s of the second sending for the end of the first', async (_, second) => {
    const own = openHarness({ env: { STRIPE_TOKEN: stripe.token, STRIPE_API_URL: proxy.url }, bounds: BOUNDS })
    const args = { charge: 'ch_SeeblickHelmet', amount: 100, idempotency_key: `r-second-${_}` }
    const asked = await own.call(TOOL, args)
    const call = { ...args, confirmation_token: asked.error?.confirmation_token }
    let refunds = 0
    proxy.plan((request) => (isRefund(request) ? (++refunds === 1 ? 'reset_after' : second) : 'pass'))
    expect((await own.call(TOOL, call)).error?.code).toBe('write_outcome_unknown')
    expect(refunds).toBe(2)
    await own.close()
  })

  it('says that it does not know when no answer comes, and the same call finds out: paid once', async () => {
    const args = await confirmed({ charge: 'ch_NordwindTwice', idempotency_key: 'r-unknown' })
    proxy.plan((request) => (isRefund(request) ? 'reset_after' : 'pass'))
    const lost = await harness.call(TOOL, args)
    expect(lost.error).toMatchObject({ code: 'write_outcome_unknown', retryable: false })
    expect(lost.text).toContain('same idempotency_key')
    const sent = proxy.seen.filter(isRefund)
    proxy.plan(() => 'pass')
    const found = await harness.call(TOOL, args)
    expect(found.data).toMatchObject({ charge: 'ch_NordwindTwice', amount: { minor: 4_990 } })
    const keys = [...sent, ...proxy.seen.filter(isRefund)].map(({ headers }) => headers['idempotency-key'])
    expect(new Set(keys).size).toBe(1)
    expect(await refundedMinor()).toBe(7_990)
  })

  it('refuses what is more than is left, what failed, and what does not exist', async () => {
    const codeOf = async (args: Record<string, unknown>) =>
      (await harness.call(TOOL, { ...args, idempotency_key: 'r-no' })).error?.code
    expect(await codeOf({ charge: 'ch_NordwindRepair', amount: 99_999 })).toBe('invalid_request')
    expect(await codeOf({ charge: 'ch_NordwindFailed' })).toBe('invalid_request')
    expect(await codeOf({ charge: 'ch_Nothing' })).toBe('not_found')
    expect(await codeOf({ charge: '../v1/customers' })).toBe('invalid_arguments')
  })

  it('gives a confirmation no second life when the charge changes meanwhile', async () => {
    const first = await confirmed({ charge: 'ch_SeeblickHelmet', amount: 100, idempotency_key: 'r-a' })
    const second = await confirmed({ charge: 'ch_SeeblickHelmet', amount: 200, idempotency_key: 'r-b' })
    expect((await harness.call(TOOL, first)).error).toBeUndefined()
    expect((await harness.call(TOOL, second)).error?.code).toBe('version_conflict')
  })
})
