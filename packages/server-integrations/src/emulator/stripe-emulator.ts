/** The offline Stripe: customers of the sample shop, their charges, and refunds that are paid once per idempotency key. */
import { randomBytes } from 'node:crypto'
import type { OwnEndpoint } from '../connection/connection.ts'
import { type EmulatedAnswer, type EmulatedRequest, startOwnEmulator } from './own-emulator.ts'

const DAY_S = 24 * 60 * 60

/** The customer that the stories use. */
export const OFFLINE_CUSTOMER = 'jana.keller@nordwind-bikes.example'

interface Charge {
  id: string
  object: 'charge'
  amount: number
  amount_refunded: number
  currency: string
  customer: string
  description: string
  status: 'succeeded' | 'failed'
  created: number
}

interface Refund {
  id: string
  object: 'refund'
  amount: number
  currency: string
  charge: string
  reason: string | null
  status: 'succeeded'
  created: number
}

const CUSTOMERS = [
  { id: 'cus_Nordwind', name: 'Jana Keller', email: OFFLINE_CUSTOMER },
  { id: 'cus_Seeblick', name: 'Tom Arnold', email: 'tom.arnold@seeblick-sport.example' },
]
const CHARGES: [string, string, number, string, 'succeeded' | 'failed', number][] = [
  ['ch_NordwindRepair', 'cus_Nordwind', 12_900, 'Order 1042: 3 repair stands', 'succeeded', 40],
  ['ch_NordwindTwice', 'cus_Nordwind', 4_990, 'Order 1077: coupon SPRING25 charged in full', 'succeeded', 2],
  ['ch_NordwindFailed', 'cus_Nordwind', 4_990, 'Order 1077: first attempt', 'failed', 2],
  ['ch_SeeblickHelmet', 'cus_Seeblick', 8_900, 'Order 1050: 2 helmets', 'succeeded', 20],
]

/** Starts it; what is paid back stays so as long as the process. */
export async function startStripeEmulator(): Promise<OwnEndpoint> {
  const token = `sk_test_${randomBytes(16).toString('hex')}`
  const answer = stripeAnswers(token)
  const { origin, close } = await startOwnEmulator(answer)
  return { baseUrl: origin, token, close }
}

function stripeAnswers(token: string): (request: EmulatedRequest) => EmulatedAnswer {
  const nowS = Math.floor(Date.now() / 1_000)
  const customers = CUSTOMERS.map((customer) => ({ object: 'customer', ...customer, created: nowS - 90 * DAY_S }))
  const charges = CHARGES.map(
    ([id, customer, amount, description, status, daysAgo]): Charge => ({
      id,
      object: 'charge',
      amount,
      amount_refunded: 0,
      currency: 'eur',
      customer,
      description,
      status,
      created: nowS - daysAgo * DAY_S,
    }),
  ).sort((a, b) => b.created - a.created)
  const refunds: Refund[] = []
  const replays = new Map<string, { body: string; answer: EmulatedAnswer }>()
  const once = (request: EmulatedRequest, run: () => EmulatedAnswer): EmulatedAnswer => {
    const key = request.headers['idempotency-key']
    if (typeof key !== 'string') return run()
    const known = replays.get(key)
    if (known && known.body !== request.body) return refused(400, 'Keys can only be used with the same parameters.')
    if (known) return { ...known.answer, headers: { 'idempotent-replayed': 'true' } }
    const answer = run()
    replays.set(key, { body: request.body, answer })
    return answer
  }
  return (request) => {
    if (request.headers.authorization !== `Bearer ${token}`) return refused(401, 'Invalid API Key provided')
    const [, , kind = '', id] = request.path.split('/')
    const isOf = (item: Record<string, unknown>) =>
      ['customer', 'charge', 'email'].every(
        (field) => !request.query.has(field) || request.query.get(field) === item[field],
      )
    if (request.method === 'POST' && kind === 'refunds' && !id)
      return once(request, () => refundOf({ charges, refunds }, new URLSearchParams(request.body)))
    const lists: Record<string, ({ id: string } & Record<string, unknown>)[]> = { customers, charges, refunds } as never
    const list = lists[kind]
    if (request.method !== 'GET' || !list) return refused(404, `Unrecognized request URL (${request.method})`)
    if (!id) return page(list.filter(isOf), request)
    const found = list.find((item) => item.id === id)
    return found ? { status: 200, body: found } : refused(404, `No such ${kind.slice(0, -1)}`, 'resource_missing')
  }
}

function page(items: readonly { id: string }[], { path, query }: EmulatedRequest): EmulatedAnswer {
  const start = items.findIndex(({ id }) => id === query.get('starting_after')) + 1
  const end = start + Number(query.get('limit') ?? 10)
  const body = { object: 'list', url: path, data: items.slice(start, end), has_more: end < items.length }
  return { status: 200, body }
}

function refundOf(state: { charges: Charge[]; refunds: Refund[] }, form: URLSearchParams): EmulatedAnswer {
  const charge = state.charges.find(({ id }) => id === form.get('charge'))
  if (!charge) return refused(404, 'No such charge', 'resource_missing')
  const left = charge.amount - charge.amount_refunded
  const amount = form.has('amount') ? Number(form.get('amount')) : left
  if (left === 0) return refused(400, `Charge ${charge.id} has already been refunded.`, 'charge_already_refunded')
  if (charge.status !== 'succeeded' || !(amount > 0 && amount <= left))
    return refused(400, 'Refund amount is greater than unrefunded amount on charge', 'amount_too_large')
  charge.amount_refunded += amount
  const refund: Refund = {
    id: `re_${randomBytes(8).toString('hex')}`,
    object: 'refund',
    amount,
    currency: charge.currency,
    charge: charge.id,
    reason: form.get('reason'),
    status: 'succeeded',
    created: Math.floor(Date.now() / 1_000),
  }
  state.refunds.unshift(refund)
  return { status: 200, body: refund }
}

function refused(status: number, message: string, code?: string): EmulatedAnswer {
  return { status, body: { error: { type: 'invalid_request_error', message, ...(code ? { code } : {}) } } }
}
