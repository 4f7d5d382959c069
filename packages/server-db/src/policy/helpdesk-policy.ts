/** The policy of the shipped `helpdesk` database: what its tables and columns mean, and what analysts and support may see of them. */
import type { ColumnPolicy, ColumnRule, SourcePolicy } from './source-policy.ts'

function open(about: string): ColumnPolicy {
  return { about, rules: { '*': 'open' } }
}

function guarded(about: string, rules: Record<string, ColumnRule>): ColumnPolicy {
  return { about, rules }
}

/** Analysts count and group without personal data; support sees what it takes to recognize and help a customer. */
export const helpdeskPolicy: SourcePolicy = {
  about: 'Helpdesk and commerce: customers, orders, invoices, tickets, refunds, employees. Money is in integer cents.',
  tables: {
    customers: {
      about: 'People who buy and ask for help, with the company they act for',
      columns: {
        id: open('Key'),
        company: open('Company, NULL for a private person'),
        name: guarded('Contact person', { analyst: 'hash', support: 'open' }),
        email: guarded('Contact email address', { analyst: 'hash', support: 'email' }),
        phone: guarded('Contact phone number', { analyst: 'redact', support: 'partial' }),
        ssn: guarded('Social security number', { analyst: 'hidden', support: 'last4' }),
        birth_date: guarded('Date of birth', { analyst: 'hidden', support: 'hidden' }),
        street: guarded('Street and house number', { analyst: 'hidden', support: 'open' }),
        city: open('City'),
        country: open('Country, ISO 3166 code'),
        plan: open('free, starter, business or enterprise'),
        marketing_opt_in: open('1 when the customer wants marketing mail'),
        created_at: open('When the account was made, UTC'),
      },
    },
    products: {
      about: 'What is sold',
      columns: {
        id: open('Key'),
        sku: open('Stock keeping unit'),
        name: open('Name'),
        category: open('Category'),
        price_cents: open('List price in cents'),
        cost_cents: guarded('Purchase price in cents', { analyst: 'open', support: 'hidden' }),
        stock: open('Pieces in stock'),
        discontinued: open('1 when no longer sold'),
      },
    },
    orders: {
      about: 'Orders of customers',
      columns: {
        id: open('Key'),
        number: open('Order number as customers know it'),
        customer_id: open('Who ordered'),
        status: open('pending, paid, shipped, delivered, returned or canceled'),
        coupon_code: open('Coupon applied, NULL for none'),
        discount_cents: open('Discount by the coupon, in cents'),
        total_cents: open('Sum of the items less the discount, in cents'),
        currency: open('ISO 4217 code'),
        placed_at: open('When it was placed, UTC'),
        shipped_at: open('When it left, UTC, NULL before'),
      },
    },
    order_items: {
      about: 'Lines of orders',
      columns: {
        id: open('Key'),
        order_id: open('The order'),
        product_id: open('The product'),
        quantity: open('Pieces'),
        unit_price_cents: open('Price of one piece when ordered, in cents'),
      },
    },
    invoices: {
      about: 'Invoices for orders',
      columns: {
        id: open('Key'),
        number: open('Invoice number'),
        order_id: open('The order it bills'),
        customer_id: open('Who owes it'),
        amount_cents: open('Amount in cents'),
        status: open('open, paid, overdue or void'),
        issued_on: open('Date of issue'),
        due_on: open('Date by which it should be paid'),
        paid_on: open('Date of payment, NULL before'),
      },
    },
    tickets: {
      about: 'Requests for help',
      columns: {
        id: open('Key'),
        number: open('Ticket number as customers know it'),
        customer_id: open('Who asked'),
        order_id: open('The order it is about, if any'),
        assignee_id: open('The employee who handles it, NULL when nobody does'),
        subject: open('What it is about, in the words of the customer'),
        status: open('open, waiting, resolved or closed'),
        priority: open('low, normal, high or urgent'),
        channel: open('email, chat, phone or web'),
        tags: open('JSON array of words'),
        external_ref: open('Where it is tracked elsewhere, e.g. gh:owner/repo#123'),
        opened_at: open('When it was opened, UTC'),
        resolved_at: open('When it was resolved, UTC, NULL before'),
        satisfaction: open('1 to 5 as the customer rated it, NULL without a rating'),
      },
    },
    ticket_messages: {
      about: 'What was said in tickets',
      rows: { analyst: { where: 'internal = 0', about: 'without internal notes' } },
      columns: {
        id: open('Key'),
        ticket_id: open('The ticket'),
        author: open('customer or employee'),
        employee_id: open('The employee who wrote it, NULL for the customer'),
        body: guarded('The text', { analyst: 'redact', support: 'open' }),
        internal: open('1 for a note that the customer does not see'),
        sent_at: open('When it was sent, UTC'),
      },
    },
    refunds: {
      about: 'Money given back',
      columns: {
        id: open('Key'),
        invoice_id: open('The invoice refunded'),
        ticket_id: open('The ticket that led to it, if any'),
        amount_cents: open('Amount in cents'),
        reason: open('Why'),
        status: open('requested, approved, paid or rejected'),
        requested_on: open('Date of the request'),
        approved_by: open('The employee who approved it, NULL before'),
      },
    },
    employees: {
      about: 'Who works here',
      rows: { support: { where: 'active = 1', about: 'current employees only' } },
      columns: {
        id: open('Key'),
        name: guarded('Name', { analyst: 'hash', support: 'open' }),
        email: guarded('Work email address', { analyst: 'hash', support: 'open' }),
        phone: guarded('Private phone number', { analyst: 'null', support: 'hidden' }),
        title: open('Job title'),
        team: open('Team'),
        manager_id: open('The manager, NULL for the head'),
        hired_on: open('First day'),
        salary_cents: guarded('Yearly salary in cents', { analyst: 'hidden', support: 'hidden' }),
        active: open('1 for a current employee'),
      },
    },
  },
}
