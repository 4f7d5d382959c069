/** Writes the orders, the invoices and the open ticket of Nordwind Bikes. */
import { NORDWIND_BIKES, NORDWIND_ISSUE } from './nordwind-bikes.ts'
import type { orderWriter } from './write-commerce.ts'
import type { NewMessage, ticketWriter } from './write-tickets.ts'

const SUPPORT_ENGINEER = 7

const MESSAGES: readonly NewMessage[] = [
  {
    employeeId: null,
    body: 'Our buyer pressed "Apply" twice for the coupon SPRING10, and since then every checkout ends with error 500. We need 12 wheels by Friday.',
    internal: false,
    sentDaysAgo: 2.1,
  },
  {
    employeeId: SUPPORT_ENGINEER,
    body: 'I can reproduce it: applying a coupon a second time breaks the checkout. I have reported it to our developers and will keep you posted.',
    internal: false,
    sentDaysAgo: 1.9,
  },
  {
    employeeId: SUPPORT_ENGINEER,
    body: 'Tracked as acme/web#456. Business customer with an open order; offer to place it by phone meanwhile.',
    internal: true,
    sentDaysAgo: 1.8,
  },
]

/** @param write the writers that also made everybody else's orders and tickets */
export function writeNordwindBikes(write: {
  order: ReturnType<typeof orderWriter>
  ticket: ReturnType<typeof ticketWriter>
}): void {
  const { id: customerId } = NORDWIND_BIKES
  write.order({ customerId, placedDaysAgo: 61.4, couponCode: null, isCanceled: false })
  write.order({ customerId, placedDaysAgo: 24.7, couponCode: 'SPRING10', isCanceled: false })
  const order = write.order({ customerId, placedDaysAgo: 2.2, couponCode: 'SPRING10', isCanceled: false })
  write.ticket(
    {
      customerId,
      orderId: order.id,
      assigneeId: SUPPORT_ENGINEER,
      subject: 'Checkout fails with error 500 when a coupon is applied twice',
      status: 'open',
      priority: 'high',
      channel: 'web',
      tags: ['checkout', 'coupon', 'bug'],
      externalRef: NORDWIND_ISSUE,
      openedDaysAgo: 2.1,
      resolvedDaysAgo: null,
      satisfaction: null,
    },
    MESSAGES,
  )
}
