/** What is wrong in the helpdesk's data on purpose, so that looking for faults finds some: planted last, found by the SQL beside each. */
import type { DatabaseSync } from 'node:sqlite'
import type { Seeding } from './seeding.ts'
import type { ticketWriter } from './write-tickets.ts'

/** One kind of fault, and the statement that finds exactly what was planted. */
export interface Anomaly {
  about: string
  sql: string
  count: number
}

const INCIDENT_TICKETS = 15
const INCIDENT_SUBJECT = 'Checkout ends with error 500'

/** Everything that {@link plantAnomalies} plants. */
export const PLANTED_ANOMALIES: readonly Anomaly[] = [
  {
    about: 'An invoice that was refunded twice in full on one day',
    sql: `SELECT r.invoice_id FROM refunds r JOIN invoices i ON i.id = r.invoice_id WHERE r.amount_cents = i.amount_cents GROUP BY r.invoice_id, r.requested_on HAVING count(*) > 1`,
    count: 1,
  },
  {
    about: 'A refund of ten times its invoice',
    sql: 'SELECT r.id FROM refunds r JOIN invoices i ON i.id = r.invoice_id WHERE r.amount_cents > i.amount_cents',
    count: 1,
  },
  {
    about: 'An order whose total is not the sum of its items',
    sql: 'SELECT o.id FROM orders o WHERE total_cents + discount_cents <> (SELECT sum(quantity * unit_price_cents) FROM order_items i WHERE i.order_id = o.id)',
    count: 1,
  },
  {
    about: 'A ticket that was resolved before it was opened',
    sql: 'SELECT id FROM tickets WHERE resolved_at < opened_at',
    count: 1,
  },
  {
    about: 'Two accounts of one person',
    sql: 'SELECT ssn FROM customers GROUP BY ssn HAVING count(*) > 1',
    count: 1,
  },
  {
    about: 'A burst of tickets about a failing checkout within an hour',
    sql: `SELECT id FROM tickets WHERE subject = '${INCIDENT_SUBJECT}'`,
    count: INCIDENT_TICKETS,
  },
]

/** @param writeTicket the writer that made all other tickets */
export function plantAnomalies(seeding: Seeding, writeTicket: ReturnType<typeof ticketWriter>): void {
  const { db } = seeding
  const [twice, tenfold] = paidInvoices(db)
  const refund = db.prepare(
    "INSERT INTO refunds (invoice_id, ticket_id, amount_cents, reason, status, requested_on, approved_by) VALUES (?, NULL, ?, 'damaged', 'paid', ?, 7)",
  )
  for (let i = 0; i < 2; i++) refund.run(twice!.id, twice!.amount_cents, twice!.paid_on)
  refund.run(tenfold!.id, tenfold!.amount_cents * 10, tenfold!.paid_on)
  db.exec(`
    UPDATE orders SET total_cents = total_cents + 90000 WHERE id = (SELECT id FROM orders WHERE status = 'pending' OR status = 'canceled' ORDER BY id LIMIT 1);
    UPDATE tickets SET resolved_at = datetime(opened_at, '-1 day') WHERE id = (SELECT id FROM tickets WHERE status = 'closed' ORDER BY id LIMIT 1 OFFSET 20);
    UPDATE customers SET (name, ssn, birth_date, phone) = (SELECT name, ssn, birth_date, phone FROM customers WHERE id = 14) WHERE id = 61;
  `)
  for (let i = 0; i < INCIDENT_TICKETS; i++) writeTicket(...incidentTicket(seeding, i))
}

interface PaidInvoice {
  id: number
  amount_cents: number
  paid_on: string
}

function paidInvoices(db: DatabaseSync): PaidInvoice[] {
  const sql = `SELECT id, amount_cents, paid_on FROM invoices WHERE status = 'paid'
    AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.invoice_id = invoices.id) ORDER BY id LIMIT 2 OFFSET 30`
  return db.prepare(sql).all() as unknown as PaidInvoice[]
}

function incidentTicket({ customers }: Seeding, i: number): Parameters<ReturnType<typeof ticketWriter>> {
  const openedDaysAgo = 2 - i / (24 * INCIDENT_TICKETS)
  const body = 'Every attempt to pay with a coupon ends with error 500. We cannot order.'
  return [
    {
      customerId: 1 + ((i * 5) % customers),
      orderId: null,
      assigneeId: null,
      subject: INCIDENT_SUBJECT,
      status: 'open',
      priority: i % 3 === 0 ? 'urgent' : 'high',
      channel: 'web',
      tags: ['checkout', 'incident'],
      externalRef: null,
      openedDaysAgo,
      resolvedDaysAgo: null,
      satisfaction: null,
    },
    [{ employeeId: null, body, internal: false, sentDaysAgo: openedDaysAgo }],
  ]
}
