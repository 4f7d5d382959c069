/** search_schema, describe_table, list_databases and the resources, in each role's view. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { catalogResource } from '../src/resources/catalog.ts'
import { myPolicyResource } from '../src/resources/my-policy.ts'
import { schemaResource } from '../src/resources/schema.ts'
import { type ClaimRole, errorOf, openTestDb, type TestDb } from './open-test-db.ts'

let db: TestDb
beforeAll(async () => {
  db = await openTestDb()
})
afterAll(() => db.close())

interface FoundTable {
  table: string
  columns?: { name: string; mask: string | null; about?: string }[]
  references?: unknown[]
}

async function search(role: ClaimRole, args: Record<string, unknown>): Promise<FoundTable[]> {
  return (await db.call(role, 'search_schema', args)).structuredContent.tables as FoundTable[]
}

describe('list_databases', () => {
  it.each([
    ['operator', 'admin'],
    ['support', 'support'],
    ['viewer', 'analyst'],
  ] as const)('%s is %s', async (claim, role) => {
    const { databases } = (await db.call(claim, 'list_databases', {})).structuredContent
    expect(databases).toEqual([
      {
        id: 'helpdesk',
        engine: 'sqlite',
        role,
        limits: expect.objectContaining({ max_rows: 1_000, max_timeout_ms: 30_000 }),
      },
    ])
  })
})

describe('search_schema', () => {
  it('lists every table of the policy without a query', async () => {
    const tables = await search('support', {})
    expect(tables.map(({ table }) => table)).toEqual([
      'customers',
      'employees',
      'invoices',
      'order_items',
      'orders',
      'products',
      'refunds',
      'ticket_messages',
      'tickets',
    ])
    expect(tables[0]).not.toHaveProperty('columns')
  })

  it('ranks by words and gives more detail on request', async () => {
    expect((await search('support', { query: 'refunds' }))[0]!.table).toBe('refunds')
    expect((await search('support', { query: 'coupon' })).map(({ table }) => table)).toEqual(['orders'])
    const [orders] = await search('support', { query: 'coupon', detail: 'columns' })
    expect(orders!.columns!.map(({ name }) => name)).toContain('coupon_code')
    expect(orders).not.toHaveProperty('references')
    const [full] = await search('support', { query: 'coupon', detail: 'full' })
    expect(full!.references).toEqual([{ columns: ['customer_id'], table: 'customers', to_columns: ['id'] }])
    expect(await search('support', { query: 'zebra' })).toEqual([])
  })

  it('pages without gap or repeat, for its caller alone', async () => {
    const seen: string[] = []
    let cursor: unknown
    do {
      const page = (await db.call('support', 'search_schema', { limit: 4, ...(cursor ? { cursor } : {}) }))
        .structuredContent
      seen.push(...(page.tables as FoundTable[]).map(({ table }) => table))
      cursor = page.next_cursor
      if (cursor)
        expect(errorOf(await db.call('viewer', 'search_schema', { limit: 4, cursor })).code).toBe('invalid_cursor')
    } while (cursor)
    expect(seen).toEqual((await search('support', {})).map(({ table }) => table))
  })

  it('shows an operator the tables that no policy names, but never views', async () => {
    const names = (await search('operator', {})).map(({ table }) => table)
    expect(names).toContain('payroll')
    expect(names).not.toContain('everything')
  })

  it('hides columns from who may not see them', async () => {
    const columnsOf = async (role: ClaimRole) =>
      (await search(role, { query: 'customers', detail: 'columns' }))
        .find(({ table }) => table === 'customers')!
        .columns!.map(({ name, mask }) => `${name}:${mask}`)
    expect(await columnsOf('operator')).toEqual(expect.arrayContaining(['ssn:null', 'birth_date:null', 'email:null']))
    expect(await columnsOf('support')).toEqual(expect.arrayContaining(['ssn:last4', 'email:email', 'phone:partial']))
    const analyst = await columnsOf('viewer')
    expect(analyst).toEqual(expect.arrayContaining(['email:hash', 'phone:redact']))
    expect(analyst.join()).not.toMatch(/ssn|birth_date|street/)
  })
})

describe('describe_table', () => {
  it('tells columns, keys both ways and masked samples', async () => {
    const { structuredContent: data } = await db.call('support', 'describe_table', { table: 'Customers', samples: 2 })
    expect(data).toMatchObject({
      table: 'customers',
      row_count: 120,
      references: [],
      row_filter: null,
      untrusted: true,
    })
    expect(data.referenced_by).toEqual(
      expect.arrayContaining([{ columns: ['id'], table: 'orders', to_columns: ['customer_id'] }]),
    )
    const samples = data.samples as unknown[][]
    expect(samples).toHaveLength(2)
    expect(samples[0]).toContain('c***@mail.example')
  })

  it('counts and shows only the rows of the role', async () => {
    const countOf = async (role: ClaimRole) =>
      (await db.call(role, 'describe_table', { table: 'ticket_messages' })).structuredContent
    const [all, some] = [await countOf('support'), await countOf('viewer')]
    expect(Number(some.row_count)).toBeLessThan(Number(all.row_count))
    expect([all.row_filter, some.row_filter]).toEqual([null, 'without internal notes'])
  })

  it('suggests the table that was probably meant', async () => {
    expect(errorOf(await db.call('viewer', 'describe_table', { table: 'order_item' }))).toMatchObject({
      code: 'not_found',
      did_you_mean: 'order_items',
    })
    expect(errorOf(await db.call('viewer', 'describe_table', { table: 'x"; DROP TABLE' })).code).toBe('not_found')
  })
})

describe('resources', () => {
  const read = async (resource: typeof catalogResource, role: ClaimRole, variables = {}) => {
    const caller = { agent: 'test', roles: [role], scopes: 'all' as const }
    const { services } = db
    return resource.read(variables, { services, caller } as unknown as Parameters<typeof resource.read>[1])
  }

  it('show each role its own view', async () => {
    expect(await read(catalogResource, 'operator')).toContain('- payroll: 1 row')
    expect(await read(catalogResource, 'viewer')).not.toContain('payroll')
    expect(await read(catalogResource, 'stranger')).toContain('None')
    expect(await read(schemaResource, 'viewer', { db: 'helpdesk' })).not.toContain('ssn')
    await expect(read(schemaResource, 'viewer', { db: 'nosuch' })).rejects.toThrow('No database "nosuch"')
    expect(await read(myPolicyResource, 'support')).toContain('- customers.ssn: masked (last4)')
    expect(await read(myPolicyResource, 'operator')).toContain('nothing is masked')
  })
})
