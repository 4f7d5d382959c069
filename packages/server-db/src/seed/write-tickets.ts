/** Writes the helpdesk's tickets, their messages and the refunds that some of them lead to. */
import { CUSTOMER_FOLLOW_UPS, INTERNAL_NOTES, REFUND_REASONS, REPLIES, TICKET_TOPICS } from './helpdesk-words.ts'
import { dayBefore, inserter, momentBefore, type Seeding } from './seeding.ts'
import type { WrittenOrder } from './write-commerce.ts'
import { EMPLOYEES } from './write-people.ts'

/** One ticket as it is stored, but for its id and number. */
export interface NewTicket {
  customerId: number
  orderId: number | null
  assigneeId: number | null
  subject: string
  status: string
  priority: string
  channel: string
  tags: readonly string[]
  externalRef: string | null
  openedDaysAgo: number
  resolvedDaysAgo: number | null
  satisfaction: number | null
}

/** One message as it is stored, but for its id. */
export interface NewMessage {
  employeeId: number | null
  body: string
  internal: boolean
  sentDaysAgo: number
}

/** A function that stores a ticket with its messages and returns its id. */
export function ticketWriter({ db, today }: Seeding) {
  const insertTicket = inserter(
    db,
    'tickets',
    'id number customer_id order_id assignee_id subject status priority channel tags external_ref opened_at resolved_at satisfaction',
  )
  const insertMessage = inserter(db, 'ticket_messages', 'ticket_id author employee_id body internal sent_at')
  let id = 0
  return (ticket: NewTicket, messages: readonly NewMessage[]): number => {
    id++
    const resolvedAt = ticket.resolvedDaysAgo === null ? null : momentBefore(today, ticket.resolvedDaysAgo)
    insertTicket(
      id,
      `T-${7_000 + id}`,
      ticket.customerId,
      ticket.orderId,
      ticket.assigneeId,
      ticket.subject,
      ticket.status,
      ticket.priority,
      ticket.channel,
      JSON.stringify(ticket.tags),
      ticket.externalRef,
      momentBefore(today, ticket.openedDaysAgo),
      resolvedAt,
      ticket.satisfaction,
    )
    for (const { employeeId, body, internal, sentDaysAgo } of messages)
      insertMessage(
        id,
        employeeId === null ? 'customer' : 'employee',
        employeeId,
        body,
        internal ? 1 : 0,
        momentBefore(today, sentDaysAgo),
      )
    return id
  }
}

/** A ticket for every second order; some of those with an invoice end in a refund. */
export function writeTickets(
  seeding: Seeding,
  write: ReturnType<typeof ticketWriter>,
  orders: readonly WrittenOrder[],
): void {
  const { random } = seeding
  const refund = refundWriter(seeding)
  for (const order of orders) {
    if (!random.chance(0.55)) continue
    const openedDaysAgo = (order.placedDaysAgo * random.between(10, 95)) / 100
    const { ticket, messages } = makeTicket(seeding, order, openedDaysAgo)
    const ticketId = write(ticket, messages)
    if (order.invoiceId !== null && ticket.resolvedDaysAgo !== null && random.chance(0.12))
      refund(order, ticketId, ticket.resolvedDaysAgo)
  }
}

function makeTicket({ random }: Seeding, order: WrittenOrder, openedDaysAgo: number) {
  const topic = random.pick(TICKET_TOPICS)
  const isDone = openedDaysAgo > 12 ? random.chance(0.97) : random.chance(0.4)
  const resolvedDaysAgo = isDone ? (openedDaysAgo * random.between(50, 95)) / 100 : null
  const assigneeId = random.chance(0.92) ? random.between(2, EMPLOYEES) : null
  const messages: NewMessage[] = [{ employeeId: null, body: topic.body, internal: false, sentDaysAgo: openedDaysAgo }]
  const until = resolvedDaysAgo ?? openedDaysAgo * 0.2
  const more = assigneeId === null ? 0 : random.between(1, 4)
  for (let i = 1; i <= more; i++) {
    const sentDaysAgo = openedDaysAgo - ((openedDaysAgo - until) * i) / more
    const isReply = i % 2 === 1
    const internal = isReply && random.chance(0.15)
    const body = random.pick(internal ? INTERNAL_NOTES : isReply ? REPLIES : CUSTOMER_FOLLOW_UPS)
    messages.push({ employeeId: isReply ? assigneeId : null, body, internal, sentDaysAgo })
  }
  const ticket: NewTicket = {
    customerId: order.customerId,
    orderId: random.chance(0.8) ? order.id : null,
    assigneeId,
    subject: topic.subject,
    status: isDone ? random.pick(['resolved', 'closed', 'closed']) : random.pick(['open', 'open', 'waiting']),
    priority: random.pick(['low', 'normal', 'normal', 'normal', 'high', 'urgent']),
    channel: random.pick(['email', 'email', 'chat', 'phone', 'web']),
    tags: topic.tags,
    externalRef: null,
    openedDaysAgo,
    resolvedDaysAgo,
    satisfaction: isDone && random.chance(0.5) ? random.pick([1, 2, 3, 4, 4, 5, 5, 5]) : null,
  }
  return { ticket, messages }
}

function refundWriter({ db, random, today }: Seeding) {
  const insert = inserter(db, 'refunds', 'invoice_id ticket_id amount_cents reason status requested_on approved_by')
  return (order: WrittenOrder, ticketId: number, resolvedDaysAgo: number): void => {
    const amountCents = random.chance(0.5)
      ? order.totalCents
      : Math.round((order.totalCents * random.between(10, 60)) / 100)
    const status =
      resolvedDaysAgo < 3 ? random.pick(['requested', 'approved']) : random.pick(['paid', 'paid', 'paid', 'rejected'])
    insert(
      order.invoiceId,
      ticketId,
      amountCents,
      random.pick(REFUND_REASONS),
      status,
      dayBefore(today, resolvedDaysAgo),
      status === 'requested' ? null : random.between(2, EMPLOYEES),
    )
  }
}
