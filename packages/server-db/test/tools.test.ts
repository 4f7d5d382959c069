/** The tools beside run_query as a model meets them: check, explain, profile, export, named queries, health, and the resources they lead to. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dbServer } from '../src/db-server.ts'
import { type ClaimRole, errorOf, openTestDb, type TestDb } from './open-test-db.ts'

let db: TestDb
beforeAll(async () => {
  db = await openTestDb(
    "CREATE TABLE files (id INTEGER PRIMARY KEY, body BLOB) STRICT; INSERT INTO files (body) VALUES (x'00ff10'), (NULL), (x'');",
  )
})
afterAll(() => db.close())

async function dataOf(role: ClaimRole, tool: string, args: Record<string, unknown>) {
  const result = await db.call(role, tool, args)
  if (result.isError) throw new Error(errorOf(result).message)
  return result.structuredContent
}

async function read(role: ClaimRole, uri: string): Promise<unknown> {
  const [, kind, ...rest] = /^database:\/\/([^/]+)\/?(.*)$/
    .exec(uri)!
    .flatMap((part, i) => (i === 2 ? part.split('/') : [part]))
  const resource = dbServer.resources.find((one) => one.uri.startsWith(`database://${kind}`))!
  const names = [...resource.uri.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!)
  const variables = Object.fromEntries(names.map((name, i) => [name, rest[i]!]))
  const caller = { agent: `${role}-agent`, roles: [role], scopes: 'all' as const }
  const call = { services: db.services, caller, signal: new AbortController().signal }
  return resource.read(variables, call as unknown as Parameters<typeof resource.read>[1])
}

describe('check_query', () => {
  it('accepts with what it reads, what the policy does, and full scans', async () => {
    const sql =
      'SELECT c.name, m.body FROM customers c JOIN tickets t ON t.customer_id = c.id JOIN ticket_messages m ON m.ticket_id = t.id WHERE c.id = $1'
    expect(await dataOf('viewer', 'check_query', { sql })).toMatchObject({
      accepted: true,
      refusal: null,
      tables: ['customers', 'ticket_messages', 'tickets'],
      policy: {
        role: 'analyst',
        masked: ['customers.name', 'ticket_messages.body'],
        row_filtered: ['ticket_messages'],
      },
    })
    expect(
      await dataOf('operator', 'check_query', { sql: 'SELECT count(*) FROM orders WHERE total_cents > 5' }),
    ).toMatchObject({
      cost: { full_scans: ['orders'], estimated_rows: null },
    })
    expect(await dataOf('operator', 'check_query', { sql: 'SELECT * FROM orders WHERE id = 5' })).toMatchObject({
      cost: { full_scans: [] },
    })
  })

  it.each([
    ['DELETE FROM orders', 'select_only', 'rewrite it as one SELECT'],
    ['SELECT 1; SELECT 2', 'one_statement', 'Send one SELECT'],
    ['PRAGMA table_info(orders)', 'no_pragma', 'search_schema'],
    ['SELECT * FROM sqlite_master', 'no_catalog', 'search_schema'],
    ["SELECT load_extension('x')", 'allowed_functions', 'built-in'],
    ['SELECT emial FROM customers', null, 'Did you mean email?'],
  ])('%s is refused by %s, with what to write instead', async (sql, rule, instead) => {
    const { accepted, refusal } = await dataOf('support', 'check_query', { sql })
    expect([accepted, refusal]).toEqual([
      false,
      expect.objectContaining({ rule, message: expect.stringContaining(instead) }),
    ])
  })

  it('runs nothing', async () => {
    const sql = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n'
    expect(await dataOf('viewer', 'check_query', { sql })).toMatchObject({ accepted: true })
  })
})

describe('explain_query', () => {
  it('shows an operator the steps with their indexes', async () => {
    const { steps } = await dataOf('operator', 'explain_query', {
      sql: 'SELECT * FROM orders WHERE customer_id = $1',
      params: [5],
    })
    expect(steps).toEqual([
      { depth: 0, operation: 'SEARCH', table: 'orders', detail: 'USING INDEX orders_customer (customer_id=?)' },
    ])
  })

  it('tells a restricted role neither filters nor masks nor hidden names', async () => {
    const sql =
      'SELECT m.id FROM ticket_messages m JOIN tickets t ON t.id = m.ticket_id WHERE m.ticket_id = 5 AND m.sent_at > $1'
    const answer = JSON.stringify(await db.call('viewer', 'explain_query', { sql, params: ['2026'] }))
    expect(answer).toContain('READ')
    expect(answer).not.toMatch(/internal|s_[0-9a-f]|h_[0-9a-f]|ticket_messages_ticket/)
    const hidden = JSON.stringify(
      await db.call('viewer', 'explain_query', { sql: "SELECT id FROM customers WHERE email = 'x'" }),
    )
    expect(hidden).not.toMatch(/autoindex|hash/)
  })
})

describe('named queries', () => {
  it('are listed with their parameters, for the roles that may run them', async () => {
    const names = async (role: ClaimRole) =>
      ((await dataOf(role, 'list_named_queries', {})).queries as { name: string }[]).map(({ name }) => name)
    expect(await names('operator')).toEqual([
      'tickets_by_status',
      'customer_overview',
      'revenue_by_month',
      'oldest_waiting_tickets',
    ])
    expect(await names('viewer')).not.toContain('oldest_waiting_tickets')
    expect(errorOf(await db.call('viewer', 'run_named_query', { name: 'oldest_waiting_tickets' })).code).toBe(
      'not_found',
    )
  })

  it('run with values by name, masked as every query', async () => {
    const args = { name: 'customer_overview', params: { customer_id: 77 } }
    const { columns, rows, policy } = await dataOf('support', 'run_named_query', args)
    expect((columns as { name: string }[]).map(({ name }) => name).slice(0, 4)).toEqual([
      'id',
      'company',
      'name',
      'email',
    ])
    expect((rows as unknown[][])[0]!.slice(0, 4)).toEqual([
      77,
      'Nordwind Bikes',
      'Jana Keller',
      'j***@nordwind-bikes.example',
    ])
    expect(policy).toMatchObject({ role: 'support', masked: ['customers.email'] })
  })

  it.each([
    [{ name: 'customer_overview' }, 'params.customer_id', 'missing'],
    [{ name: 'customer_overview', params: { customer_id: '77' } }, 'params.customer_id', 'a whole number, at least 1'],
    [{ name: 'customer_overview', params: { customer_id: 0 } }, 'params.customer_id', 'at least 1'],
    [{ name: 'customer_overview', params: { customer: 1 } }, 'params.customer', 'Parameters: customer_id'],
    [{ name: 'revenue_by_month', params: { since: 'May' } }, 'params.since', 'YYYY-MM-DD'],
    [{ name: 'revenue_by_month', params: { since: '2026-02-31' } }, 'params.since', 'YYYY-MM-DD'],
    [
      { name: 'oldest_waiting_tickets', params: { priority: 'high; DROP' } },
      'params.priority',
      'low, normal, high, urgent',
    ],
    [{ name: 'customer_overvew' }, 'name', 'Did you mean customer_overview?'],
  ])('%j is refused', async (args, field, message) => {
    expect(errorOf(await db.call('operator', 'run_named_query', args))).toMatchObject({
      field,
      message: expect.stringContaining(message),
    })
  })
})

describe('profile_column', () => {
  it('tells frequent values, and how many rows have others', async () => {
    const profile = await dataOf('viewer', 'profile_column', { table: 'tickets', column: 'status' })
    const top = profile.top as { value: string; count: number }[]
    expect(top.map(({ value }) => value).sort()).toEqual(expect.arrayContaining(['closed', 'resolved']))
    const shown = top.reduce((sum, { count }) => sum + count, 0)
    expect(shown + Number(profile.other_count) + Number(profile.null_count)).toBe(profile.row_count)
    for (const { count } of top) expect(count).toBeGreaterThanOrEqual(5)
  })

  it('shows no value of fewer than five rows, not even as an end of the range', async () => {
    for (const column of ['name', 'email', 'ssn', 'birth_date']) {
      const said = JSON.stringify(await dataOf('operator', 'profile_column', { table: 'customers', column, top: 50 }))
      expect(said).not.toMatch(/CANARY|@/)
    }
    const pay = await dataOf('operator', 'profile_column', { table: 'employees', column: 'salary_cents' })
    expect(JSON.stringify(pay)).not.toContain('987654321')
    expect(pay).toMatchObject({
      top: [],
      average: expect.any(Number),
      range: { low: expect.any(Number), high: expect.any(Number) },
    })
    for (const { count } of pay.histogram as { count: number }[]) expect(count).toBeGreaterThanOrEqual(5)
  })

  it('tells a restricted role of masked values only, and nothing of hidden columns', async () => {
    const masked = await dataOf('viewer', 'profile_column', { table: 'ticket_messages', column: 'body' })
    expect(masked).toMatchObject({ mask: 'redact', distinct_count: 1, top: [{ value: '[redacted]' }], range: null })
    expect(
      errorOf(await db.call('viewer', 'profile_column', { table: 'employees', column: 'salary_cents' })).code,
    ).toBe('not_found')
  })

  it('tells almost nothing of a small table', async () => {
    expect(await dataOf('operator', 'profile_column', { table: 'payroll', column: 'note' })).toMatchObject({
      distinct_count: null,
      top: [],
      other_count: 1,
      range: null,
    })
  })
})

describe('export_query', () => {
  const sql = 'SELECT id, email, company FROM customers ORDER BY id'

  it('writes all rows as CSV, masked, for its caller alone', async () => {
    const result = await db.call('support', 'export_query', { sql })
    const { uri, row_count, policy, truncated } = result.structuredContent
    expect({ row_count, truncated, policy }).toEqual({
      row_count: 120,
      truncated: false,
      policy: { role: 'support', masked: ['customers.email'], row_filtered: [] },
    })
    expect(result.content[1]).toMatchObject({ type: 'resource_link', uri, mimeType: 'text/csv' })
    const lines = String(await read('support', uri as string)).split('\r\n')
    expect(lines.slice(0, 2)).toEqual(['id,email,company', expect.stringMatching(/^1,c\*\*\*@mail\.example,/)])
    expect(lines).toHaveLength(122)
    await expect(read('operator', uri as string)).rejects.toThrow('no such export for you')
    await expect(read('support', 'database://exports/../secret')).rejects.toThrow('no such export for you')
  })

  it('of no rows has its header', async () => {
    const { uri } = await dataOf('viewer', 'export_query', { sql: 'SELECT id, sku FROM products WHERE id = -1' })
    expect(await read('viewer', uri as string)).toBe('id,sku\r\n')
  })

  it('is cut at its bounds, and says so', async () => {
    const many = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT i FROM n'
    expect(await dataOf('viewer', 'export_query', { sql: many })).toMatchObject({ row_count: 100_000, truncated: true })
    const wide =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT printf('%.*c', 20000, 'x') FROM n"
    const cut = await dataOf('viewer', 'export_query', { sql: wide })
    expect(cut.truncated).toBe(true)
    expect(Number(cut.bytes)).toBeLessThanOrEqual(5 * 1024 * 1024)
    expect(await dataOf('viewer', 'run_query', { sql: 'SELECT 1' })).toMatchObject({ row_count: 1 })
  })

  it('refuses what run_query refuses', async () => {
    expect(errorOf(await db.call('operator', 'export_query', { sql: 'DELETE FROM orders' })).rule).toBe('select_only')
  })
})

describe('binary values', () => {
  it('are links, which only their caller can read', async () => {
    const { rows } = await dataOf('operator', 'run_query', { sql: 'SELECT id, body FROM files ORDER BY id' })
    const [bytes, none, empty] = (rows as [unknown, { $blob: number; uri: string } | null][]).map((row) => row[1])
    expect([bytes!.$blob, none, empty!.$blob]).toEqual([3, null, 0])
    expect(await read('operator', bytes!.uri)).toEqual({ blob: Buffer.from([0, 255, 16]).toString('base64') })
    await expect(async () => read('viewer', bytes!.uri)).rejects.toThrow('no such value for you')
  })
})

describe('db_health', () => {
  it('tells of each database', async () => {
    const { databases } = await dataOf('viewer', 'db_health', {})
    expect(databases).toEqual([
      {
        id: 'helpdesk',
        ok: true,
        detail: 'sqlite',
        version: expect.stringMatching(/^SQLite 3\./),
        elapsed_ms: expect.any(Number),
        connections: { limit: 2, open: expect.any(Number), busy: expect.any(Number) },
        queue: { limit: 32, waiting: 0 },
        warnings: [],
      },
    ])
  })
})

describe('database://users', () => {
  it('shows each role its own view of the same people', async () => {
    const [operator, support, viewer] = await Promise.all(
      (['operator', 'support', 'viewer'] as const).map(async (role) => String(await read(role, 'database://users'))),
    )
    expect(operator).toContain('canary-mail@mail.example')
    expect(support).toContain('c***@mail.example')
    expect(viewer).toMatch(/h:[0-9a-f]{16}/)
    expect(viewer).not.toMatch(/ssn|@/)
  })
})
