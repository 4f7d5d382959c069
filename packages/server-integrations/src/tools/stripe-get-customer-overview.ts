/** The tool that says who a paying customer is and what they paid. */
import { fitRows } from '@causeway/shared-contracts/bounded-rows'
import { markUntrusted } from '@causeway/shared-contracts/clean-text'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import type { VendorCall } from '../http/vendor-request.ts'
import { Money, moneyText } from '../shape/money.ts'
import { Person } from '../shape/person.ts'
import type { StripeClient } from '../stripe/stripe-client.ts'
import { type StripeCharge, type StripeCustomer, stripeMoney } from '../stripe/stripe-objects.ts'
import { integrationTool } from './integration-tool.ts'

const Charge = z.object({
  id: z.string(),
  amount: Money,
  refunded: Money,
  status: z.string(),
  description: z.string(),
  at: z.string(),
})

/** `stripe_get_customer_overview` */
export const stripeGetCustomerOverview = integrationTool({
  name: 'stripe_get_customer_overview',
  title: 'Get a Stripe customer',
  description: 'Reads who a customer is, their latest charges, and what they paid and got back in these.',
  effect: 'read',
  openWorld: true,
  input: z.object({
    customer: z.string().trim().min(3).max(254).describe('cus_… or e-mail'),
    charges: z.number().int().min(0).max(50).default(10).describe('Most charges'),
  }),
  output: z.object({
    customer: Person,
    delinquent: z.boolean(),
    created_at: z.string(),
    charges: z.array(Charge),
    paid: z.array(Money),
    refunded: z.array(Money),
    truncated: z.boolean(),
    untrusted: z.boolean(),
  }),
  async run(args, call) {
    const { stripe } = call.services
    const customer = await resolveCustomer(stripe, args.customer, call)
    const list =
      args.charges > 0 ? await stripe.listCharges(customer.id, args.charges, call) : { data: [], has_more: true }
    const charges = fitRows(
      list.data.map(({ customer: _, ...charge }) => charge),
      line,
    )
    const succeeded = charges.filter((charge) => charge.status === 'succeeded')
    const data = {
      customer: customer.person,
      delinquent: customer.delinquent,
      created_at: customer.created_at,
      charges,
      paid: totals(succeeded.map(({ amount }) => amount)),
      refunded: totals(succeeded.map(({ refunded }) => refunded)),
      truncated: list.has_more || charges.length < list.data.length,
      untrusted: true,
    }
    const { name, email } = customer.person
    return {
      text: [
        `${customer.id}: ${charges.length} charges${data.truncated ? ' (there are older ones)' : ''}, ${sums(data.paid)} paid, ${sums(data.refunded)} refunded.`,
        markUntrusted([[name, email].filter(Boolean).join(', '), ...charges.map(line)].join('\n'), 'stripe'),
        charges[0]
          ? `Next: stripe_create_refund(charge="${charges[0].id}", …) to pay one back.`
          : 'Next: nothing to pay back.',
      ].join('\n'),
      data,
    }
  },
})

async function resolveCustomer(stripe: StripeClient, given: string, call: VendorCall): Promise<StripeCustomer> {
  if (!given.includes('@')) return stripe.getCustomer(given, call)
  const found = await stripe.findCustomers(given, call)
  if (found.length === 1) return found[0] as StripeCustomer
  const ids = found.map(({ id }) => id)
  throw found.length === 0
    ? new ToolError('not_found', `No customer ${given} in Stripe. Check the address; it is compared exactly.`, {
        field: 'customer',
      })
    : new ToolError(
        'ambiguous',
        `${found.length} customers have this address: ${ids.join(', ')}. Choose one by its id.`,
        {
          field: 'customer',
          allowed: ids,
        },
      )
}

function totals(amounts: readonly Money[]): Money[] {
  const byCurrency = new Map<string, number>()
  for (const { currency, minor } of amounts) byCurrency.set(currency, (byCurrency.get(currency) ?? 0) + minor)
  return [...byCurrency].map(([currency, minor]) => stripeMoney(minor, currency))
}

function sums(amounts: readonly Money[]): string {
  return amounts.length > 0 ? amounts.map(moneyText).join(' and ') : 'nothing'
}

function line(charge: Omit<StripeCharge, 'customer'>): string {
  const refunded = charge.refunded.minor > 0 ? ` · ${moneyText(charge.refunded)} refunded` : ''
  return `${charge.id} · ${charge.at} · ${moneyText(charge.amount)} · ${charge.status}${refunded} · ${charge.description}`
}
