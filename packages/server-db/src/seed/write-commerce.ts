/** Writes the helpdesk's products, orders, order items and invoices; sums agree and dates follow each other. */
import { COUPONS, PRODUCT_KINDS, PRODUCT_LINES } from './helpdesk-words.ts'
import { dayBefore, inserter, momentBefore, type Seeding } from './seeding.ts'

/** How many products are sold. */
const PRODUCTS = 240

/** What later writers need to know of an order. */
export interface WrittenOrder {
  id: number
  customerId: number
  placedDaysAgo: number
  totalCents: number
  /** `null` for an order that was never billed. */
  invoiceId: number | null
}

/** @returns the price of each product id - 1, in cents */
export function writeProducts({ db, random }: Seeding): number[] {
  const insert = inserter(db, 'products', 'id sku name category price_cents cost_cents stock discontinued')
  const prices: number[] = []
  for (let id = 1; id <= PRODUCTS; id++) {
    const [category, things] = random.pick(PRODUCT_KINDS)
    const priceCents = category === 'bikes' ? random.between(450, 3_900) * 100 - 5 : random.between(9, 240) * 100 - 5
    const costCents = Math.round((priceCents * random.between(45, 75)) / 100)
    const name = `${random.pick(PRODUCT_LINES)} ${random.pick(things)}`
    insert(
      id,
      `${category.slice(0, 3).toUpperCase()}-${1_000 + id}`,
      name,
      category,
      priceCents,
      costCents,
      random.below(400),
      random.chance(0.06) ? 1 : 0,
    )
    prices.push(priceCents)
  }
  return prices
}

/** What decides an order; its items and the rest are diced. */
export interface NewOrder {
  customerId: number
  placedDaysAgo: number
  couponCode: string | null
  isCanceled: boolean
}

/** A function that stores an order with its items and invoice. */
export function orderWriter(seeding: Seeding, prices: readonly number[]) {
  const { db, random, today } = seeding
  const insertOrder = inserter(
    db,
    'orders',
    'id number customer_id status coupon_code discount_cents total_cents currency placed_at shipped_at',
  )
  const insertItem = inserter(db, 'order_items', 'order_id product_id quantity unit_price_cents')
  const writeInvoice = invoiceWriter(seeding)
  let id = 0
  return ({ customerId, placedDaysAgo, couponCode, isCanceled }: NewOrder): WrittenOrder => {
    id++
    const items = Array.from({ length: random.pick([1, 2, 2, 3, 3, 4]) }, () => ({
      productId: random.between(1, prices.length),
      quantity: random.pick([1, 1, 1, 2, 3]),
    }))
    const sumCents = items.reduce((sum, item) => sum + item.quantity * prices[item.productId - 1]!, 0)
    const discountCents = couponCode ? Math.round(sumCents / 10) : 0
    const totalCents = sumCents - discountCents
    const status = isCanceled ? 'canceled' : statusAfter(placedDaysAgo, seeding)
    const shippedAt = ['shipped', 'delivered', 'returned'].includes(status)
      ? momentBefore(today, placedDaysAgo - 1.5)
      : null
    insertOrder(
      id,
      `SO-${20_000 + id}`,
      customerId,
      status,
      couponCode,
      discountCents,
      totalCents,
      'EUR',
      momentBefore(today, placedDaysAgo),
      shippedAt,
    )
    for (const item of items) insertItem(id, item.productId, item.quantity, prices[item.productId - 1]!)
    const order = { id, customerId, placedDaysAgo, totalCents }
    return { ...order, invoiceId: status === 'canceled' || status === 'pending' ? null : writeInvoice(order) }
  }
}

/** Between none and nine orders for each customer, since the account was made. */
export function writeOrders(
  { random }: Seeding,
  write: ReturnType<typeof orderWriter>,
  customerAges: readonly number[],
): WrittenOrder[] {
  return customerAges.flatMap((ageDays, i) =>
    Array.from({ length: random.pick([0, 1, 2, 3, 3, 4, 5, 5, 6, 9]) }, () =>
      write({
        customerId: i + 1,
        placedDaysAgo: random.below(ageDays * 1_000) / 1_000,
        couponCode: random.chance(0.18) ? random.pick(COUPONS) : null,
        isCanceled: random.chance(0.04),
      }),
    ),
  )
}

function statusAfter(days: number, { random }: Seeding): string {
  if (days < 1) return 'pending'
  if (days < 3) return 'paid'
  if (days < 8) return 'shipped'
  return random.chance(0.05) ? 'returned' : 'delivered'
}

function invoiceWriter({ db, random, today }: Seeding) {
  const insert = inserter(db, 'invoices', 'id number order_id customer_id amount_cents status issued_on due_on paid_on')
  const termDays = 14
  let id = 0
  return (order: Omit<WrittenOrder, 'invoiceId'>): number => {
    id++
    const paidAfterDays = random.chance(0.95) ? random.between(0, termDays + 6) : Number.POSITIVE_INFINITY
    const isPaid = order.placedDaysAgo >= paidAfterDays
    const status = isPaid ? 'paid' : order.placedDaysAgo > termDays ? 'overdue' : 'open'
    const issued = dayBefore(today, order.placedDaysAgo)
    const paidOn = isPaid ? dayBefore(today, order.placedDaysAgo - paidAfterDays) : null
    insert(
      id,
      `INV-${50_000 + id}`,
      order.id,
      order.customerId,
      order.totalCents,
      status,
      issued,
      dayBefore(today, order.placedDaysAgo - termDays),
      paidOn,
    )
    return id
  }
}
