/** The tool that pays a charge back: shown first, then confirmed, and done once. */
import { createHash, randomUUID } from 'node:crypto'
import { confirmationInput } from '@causeway/shared-contracts/confirmation-codec'
import type { CallContext } from '@causeway/shared-contracts/define-tool'
import { idempotencyInput } from '@causeway/shared-contracts/idempotency-codec'
import { ToolError } from '@causeway/shared-contracts/tool-error'
import { z } from 'zod'
import type { Integrations } from '../integrations.ts'
import { Money, moneyText } from '../shape/money.ts'
import { type StripeCharge, stripeMoney } from '../stripe/stripe-objects.ts'
import { integrationTool } from './integration-tool.ts'
import { runKeyedWrite, wasSent } from './keyed-write.ts'

const TOOL = 'stripe_create_refund'
/** Stripe forgets keys after a day; a minute of ours may be an hour of theirs. */
const KEY_KEPT_MS = 23 * 60 * 60_000
const Input = z.object({
  charge: z
    .string()
    .regex(/^(ch|py)_\w{3,100}$/)
    .describe('ch_…'),
  amount: z
    .number()
    .int()
    .min(1)
    .max(99_999_999)
    .optional()
    .describe('Smallest unit (cents); all that is left if absent'),
  reason: z.enum(['requested_by_customer', 'duplicate', 'fraudulent']).optional(),
  idempotency_key: idempotencyInput,
  confirmation_token: confirmationInput,
})
type Asked = Omit<z.output<typeof Input>, 'confirmation_token'>
type Call = CallContext<Integrations>

/** `stripe_create_refund` */
export const stripeCreateRefund = integrationTool({
  name: TOOL,
  title: 'Refund a Stripe charge',
  description:
    'Pays a charge back, wholly or in part. Asks for confirmation first. Give an idempotency_key: after write_outcome_unknown the same call finds out.',
  effect: 'destroy',
  openWorld: true,
  idempotent: true,
  input: Input,
  output: z.object({
    refund: z.string(),
    charge: z.string(),
    amount: Money,
    status: z.string(),
    replayed: z.boolean(),
  }),
  async run(args, call) {
    const { confirmation_token: token, ...asked } = args
    const write = { vendor: 'stripe', tool: TOOL, args: asked, resendableForMs: KEY_KEPT_MS }
    // What was confirmed and sent under this key before is only asked for again; Stripe tells how it ended.
    if (!wasSent(write, call)) await requireConfirmation(asked, token, call)
    const { result, replayed } = await runKeyedWrite(write, call, () =>
      call.services.stripe.createRefund({ ...asked, idempotencyKey: vendorKey(asked, token, call) }, call),
    )
    return {
      text: `${replayed ? 'Already refunded' : 'Refunded'} ${moneyText(result.amount)} of ${result.charge}: ${result.id}, ${result.status}.\nNext: tell the customer; banks take 5 to 10 days.`,
      data: { refund: result.id, charge: result.charge, amount: result.amount, status: result.status, replayed },
    }
  },
})

async function requireConfirmation(args: Asked, token: string | undefined, call: Call): Promise<void> {
  const confirmable = { caller: call.caller, tool: TOOL, args }
  const { confirmations } = call.services
  const opened = token === undefined ? undefined : confirmations.open(token, confirmable)
  const charge = await call.services.stripe.getCharge(args.charge, call)
  const amount = refundable(charge, args.amount)
  const version = `${charge.refunded.minor}/${charge.amount.minor}`
  const shown = `This would refund ${moneyText(amount)} of charge ${charge.id} (${moneyText(charge.amount)}, ${moneyText(charge.refunded)} refunded already). Money paid back does not come back. Nothing was done.`
  if (opened) return confirmations.spend(opened, confirmable, version)
  if (!call.ask.canAskPerson) throw confirmations.required(confirmable, { version, text: shown, details: { amount } })
  const answer = call.ask.person({ key: 'refund', message: shown, form: z.object({ refund: z.boolean() }) })
  if (answer.action !== 'accept' || !answer.content.refund)
    throw new ToolError('declined', 'The person did not agree to this refund. Nothing was done; do not ask again.')
}

function refundable(charge: StripeCharge, asked: number | undefined): Money {
  const left = charge.amount.minor - charge.refunded.minor
  const minor = asked ?? left
  if (charge.status === 'succeeded' && minor > 0 && minor <= left) return stripeMoney(minor, charge.amount.currency)
  throw new ToolError(
    'invalid_request',
    `Cannot refund ${charge.id}: ${charge.status === 'succeeded' ? `${moneyText(stripeMoney(left, charge.amount.currency))} of it are left to refund` : `it is ${charge.status}`}. Nothing was done.`,
    { field: 'amount' },
  )
}

/** One key of one caller, or one confirmation, is one key at Stripe; it says nothing about the caller. */
function vendorKey(args: Asked, token: string | undefined, call: Call): string {
  const { agent, user } = call.caller
  const once = args.idempotency_key ?? token ?? randomUUID()
  return createHash('sha256')
    .update(JSON.stringify([agent, user, TOOL, once]))
    .digest('hex')
}
