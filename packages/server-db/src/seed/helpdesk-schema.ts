/** The tables of the shipped `helpdesk` database, and the indexes made once they are filled. */

/** DDL of the tables; money in integer cents, moments as `YYYY-MM-DD HH:MM:SS` in UTC, days as `YYYY-MM-DD`. */
export const HELPDESK_TABLES = `
CREATE TABLE employees (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL UNIQUE, phone TEXT, title TEXT NOT NULL,
  team TEXT NOT NULL, manager_id INTEGER REFERENCES employees (id), hired_on TEXT NOT NULL,
  salary_cents INTEGER NOT NULL, active INTEGER NOT NULL CHECK (active IN (0, 1))
) STRICT;
CREATE TABLE customers (
  id INTEGER PRIMARY KEY, company TEXT, name TEXT NOT NULL, email TEXT NOT NULL UNIQUE, phone TEXT, ssn TEXT,
  birth_date TEXT, street TEXT, city TEXT NOT NULL, country TEXT NOT NULL,
  plan TEXT NOT NULL CHECK (plan IN ('free', 'starter', 'business', 'enterprise')),
  marketing_opt_in INTEGER NOT NULL CHECK (marketing_opt_in IN (0, 1)), created_at TEXT NOT NULL
) STRICT;
CREATE TABLE products (
  id INTEGER PRIMARY KEY, sku TEXT NOT NULL UNIQUE, name TEXT NOT NULL, category TEXT NOT NULL,
  price_cents INTEGER NOT NULL, cost_cents INTEGER NOT NULL, stock INTEGER NOT NULL,
  discontinued INTEGER NOT NULL CHECK (discontinued IN (0, 1))
) STRICT;
CREATE TABLE orders (
  id INTEGER PRIMARY KEY, number TEXT NOT NULL UNIQUE, customer_id INTEGER NOT NULL REFERENCES customers (id),
  status TEXT NOT NULL CHECK (status IN ('pending', 'paid', 'shipped', 'delivered', 'returned', 'canceled')),
  coupon_code TEXT, discount_cents INTEGER NOT NULL, total_cents INTEGER NOT NULL, currency TEXT NOT NULL,
  placed_at TEXT NOT NULL, shipped_at TEXT
) STRICT;
CREATE TABLE order_items (
  id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders (id),
  product_id INTEGER NOT NULL REFERENCES products (id), quantity INTEGER NOT NULL, unit_price_cents INTEGER NOT NULL
) STRICT;
CREATE TABLE invoices (
  id INTEGER PRIMARY KEY, number TEXT NOT NULL UNIQUE, order_id INTEGER NOT NULL REFERENCES orders (id),
  customer_id INTEGER NOT NULL REFERENCES customers (id), amount_cents INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('open', 'paid', 'overdue', 'void')), issued_on TEXT NOT NULL,
  due_on TEXT NOT NULL, paid_on TEXT
) STRICT;
CREATE TABLE tickets (
  id INTEGER PRIMARY KEY, number TEXT NOT NULL UNIQUE, customer_id INTEGER NOT NULL REFERENCES customers (id),
  order_id INTEGER REFERENCES orders (id), assignee_id INTEGER REFERENCES employees (id), subject TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('open', 'waiting', 'resolved', 'closed')),
  priority TEXT NOT NULL CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
  channel TEXT NOT NULL CHECK (channel IN ('email', 'chat', 'phone', 'web')), tags TEXT NOT NULL,
  external_ref TEXT, opened_at TEXT NOT NULL, resolved_at TEXT, satisfaction INTEGER
) STRICT;
CREATE TABLE ticket_messages (
  id INTEGER PRIMARY KEY, ticket_id INTEGER NOT NULL REFERENCES tickets (id),
  author TEXT NOT NULL CHECK (author IN ('customer', 'employee')), employee_id INTEGER REFERENCES employees (id),
  body TEXT NOT NULL, internal INTEGER NOT NULL CHECK (internal IN (0, 1)), sent_at TEXT NOT NULL
) STRICT;
CREATE TABLE refunds (
  id INTEGER PRIMARY KEY, invoice_id INTEGER NOT NULL REFERENCES invoices (id),
  ticket_id INTEGER REFERENCES tickets (id), amount_cents INTEGER NOT NULL, reason TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('requested', 'approved', 'paid', 'rejected')), requested_on TEXT NOT NULL,
  approved_by INTEGER REFERENCES employees (id)
) STRICT;
`

/** Indexes, and the statistics that the query planner reads. */
export const HELPDESK_INDEXES = `
CREATE INDEX orders_customer ON orders (customer_id, placed_at);
CREATE INDEX order_items_order ON order_items (order_id);
CREATE INDEX order_items_product ON order_items (product_id);
CREATE INDEX invoices_order ON invoices (order_id);
CREATE INDEX invoices_customer ON invoices (customer_id, due_on);
CREATE INDEX tickets_customer ON tickets (customer_id, opened_at);
CREATE INDEX tickets_assignee ON tickets (assignee_id, status);
CREATE INDEX ticket_messages_ticket ON ticket_messages (ticket_id, sent_at);
CREATE INDEX refunds_invoice ON refunds (invoice_id);
ANALYZE;
`
