/** Stripe's requests over one connection, as the tools call them. */
import { z } from 'zod'
import type { Connection } from '../connection/connection.ts'
import type { VendorCall, VendorRequest } from '../http/vendor-request.ts'
import { StripeCharge, StripeCustomer, StripeRefund } from './stripe-objects.ts'

const READ = { method: 'GET', effect: 'read' } as const

/** What to pay back. */
export interface NewRefund {
  charge: string
  /** In the charge's smallest unit; all that is left when absent. */
  amount?: number | undefined
  reason?: string | undefined
  /** Under which Stripe pays it once, however often it is asked. */
  idempotencyKey: string
}

/** Returns the client; each of its functions throws ToolError. */
export function createStripeClient({ call }: Pick<Connection, 'call'>) {
  return {
    getCustomer: (id: string, by: VendorCall) => call(getCustomerRequest(id), by),
    /** The latest customers with exactly this address. */
    findCustomers: async (email: string, by: VendorCall) => (await call(findCustomersRequest(email), by)).data,
    /** The latest charges of a customer, and whether there are more. */
    listCharges: (customer: string, limit: number, by: VendorCall) => call(listChargesRequest(customer, limit), by),
    getCharge: (id: string, by: VendorCall) => call(getChargeRequest(id), by),
    createRefund: (refund: NewRefund, by: VendorCall) => call(createRefundRequest(refund), by),
  }
}

/** Stripe's requests over one connection. */
export type StripeClient = ReturnType<typeof createStripeClient>

function getCustomerRequest(id: string) {
  return {
    ...READ,
    path: ['v1', 'customers', id],
    doing: `read customer ${id}`,
    missing: `No customer ${id} in Stripe. Give the e-mail address instead.`,
    shape: StripeCustomer,
  } satisfies VendorRequest
}

function findCustomersRequest(email: string) {
  return {
    ...READ,
    path: ['v1', 'customers'],
    query: { email, limit: 10 },
    doing: `find the customer ${email}`,
    missing: `No customer ${email} in Stripe.`,
    shape: z.object({ data: z.array(StripeCustomer) }),
  } satisfies VendorRequest
}

function listChargesRequest(customer: string, limit: number) {
  return {
    ...READ,
    path: ['v1', 'charges'],
    query: { customer, limit },
    doing: `read the charges of ${customer}`,
    missing: `No customer ${customer} in Stripe.`,
    shape: z.object({ data: z.array(StripeCharge), has_more: z.boolean() }),
  } satisfies VendorRequest
}

function getChargeRequest(id: string) {
  return {
    ...READ,
    path: ['v1', 'charges', id],
    doing: `read charge ${id}`,
    missing: `No charge ${id} in Stripe. Find it with stripe_get_customer_overview.`,
    shape: StripeCharge,
  } satisfies VendorRequest
}

function createRefundRequest({ idempotencyKey, charge, amount, reason }: NewRefund) {
  return {
    method: 'POST',
    effect: 'write',
    path: ['v1', 'refunds'],
    form: { charge, amount, reason },
    idempotencyKey,
    doing: `refund charge ${charge}`,
    missing: `No charge ${charge} in Stripe. Find it with stripe_get_customer_overview.`,
    check:
      'With an idempotency_key repeat the same call with the same idempotency_key: Stripe pays once. Without, look with stripe_get_customer_overview.',
    shape: StripeRefund,
  } satisfies VendorRequest
}
