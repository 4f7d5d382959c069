/** A table's name counts more than its columns, a column more than a description. */
import { expect, it } from 'vitest'
import type { TableFacts } from './engine/query-engine.ts'
import { rankTables } from './rank-tables.ts'

function table(name: string, about: string, columns: string[]): TableFacts {
  const facts = { type: 'text', nullable: true, primaryKey: false, mask: null, about: '' }
  return {
    name,
    sqlName: name,
    about,
    rowCount: 0,
    rowFilter: null,
    foreignKeys: [],
    columns: columns.map((column) => ({ ...facts, name: column })),
  }
}

const TABLES = [
  table('customers', 'People who place orders', ['id']),
  table('invoices', '', ['order_id']),
  table('orders', '', ['id']),
]

it('puts the best match first', () => {
  expect(rankTables(TABLES, 'orders').map(({ name }) => name)).toEqual(['orders', 'invoices', 'customers'])
})

it('gives all without words and none without a match', () => {
  expect(rankTables(TABLES, ' ?! ')).toEqual(TABLES)
  expect(rankTables(TABLES, 'zebra')).toEqual([])
})
