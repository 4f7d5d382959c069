/** Stripe's customers, charges and refunds, cut down to what the tools use, with their amounts as money. */
import { stripHidden } from '@causeway/shared-contracts/clean-text'
import { z } from 'zod'
import { type Money, moneyOf } from '../shape/money.ts'
import type { Person } from '../shape/person.ts'

const text = z.string().transform(stripHidden)
/** Currencies that Stripe counts in whole units, and in thousandths. */
const NO_PLACES = 'bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' ')
const THREE_PLACES = 'bhd jod kwd omr tnd'.split(' ')

/** An amount as Stripe counts it. */
export function stripeMoney(minor: number, currency: string): Money {
  const code = currency.toLowerCase()
  return moneyOf(minor, code, NO_PLACES.includes(code) ? 0 : THREE_PLACES.includes(code) ? 3 : 2)
}

export const StripeCustomer = z
  .object({
    id: z.string(),
    name: text.nullish(),
    email: text.nullish(),
    description: text.nullish(),
    delinquent: z.boolean().nullish(),
    created: z.number().int(),
  })
  .transform(({ id, name, email, created, delinquent }) => ({
    id,
    person: { ref: `stripe:${id}`, ...(name ? { name } : {}), ...(email ? { email } : {}) } satisfies Person as Person,
    delinquent: delinquent ?? false,
    created_at: dateOf(created),
  }))
export type StripeCustomer = z.output<typeof StripeCustomer>

export const StripeCharge = z
  .object({
    id: z.string(),
    amount: z.number().int(),
    amount_refunded: z.number().int().default(0),
    currency: z.string(),
    status: z.string(),
    customer: z.string().nullish(),
    description: text.nullish(),
    created: z.number().int(),
  })
  .transform((charge) => ({
    id: charge.id,
    amount: stripeMoney(charge.amount, charge.currency),
    refunded: stripeMoney(charge.amount_refunded, charge.currency),
    status: charge.status,
    customer: charge.customer ?? undefined,
    description: charge.description ?? '',
    at: dateOf(charge.created),
  }))
export type StripeCharge = z.output<typeof StripeCharge>

export const StripeRefund = z
  .object({
    id: z.string(),
    amount: z.number().int(),
    currency: z.string(),
    charge: z.string().nullish(),
    status: z.string().nullish(),
    created: z.number().int(),
  })
  .transform((refund) => ({
    id: refund.id,
    charge: refund.charge ?? '',
    amount: stripeMoney(refund.amount, refund.currency),
    status: refund.status ?? 'unknown',
    at: dateOf(refund.created),
  }))
export type StripeRefund = z.output<typeof StripeRefund>

function dateOf(seconds: number): string {
  return new Date(seconds * 1_000).toISOString()
}
