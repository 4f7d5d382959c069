/** What a policy does not name is hidden from everybody but the admin. */
import { expect, it } from 'vitest'
import { columnRule, guarded, open, rowFilter, type SourcePolicy, tablePolicy } from './source-policy.ts'

const filter = { where: 'a = 1', about: 'some' }
const policy: SourcePolicy = {
  about: '',
  tables: {
    t: {
      about: '',
      columns: { a: open(''), b: guarded('', { analyst: 'hidden', support: 'email' }) },
      rows: { analyst: filter },
    },
  },
}

it.each([
  ['t', 'a', 'analyst', 'open'],
  ['t', 'b', 'analyst', 'hidden'],
  ['t', 'b', 'support', 'email'],
  ['t', 'unnamed', 'support', 'hidden'],
  ['unnamed', 'a', 'support', 'hidden'],
  ['constructor', 'name', 'support', 'hidden'],
  ['t', 'constructor', 'support', 'hidden'],
  ['unnamed', 'unnamed', 'admin', 'open'],
] as const)('%s.%s for %s is %s', (table, column, role, rule) => {
  expect(columnRule(tablePolicy(policy, table), column, role)).toBe(rule)
})

it('filters rows for the role it names', () => {
  const table = tablePolicy(policy, 't')
  expect([rowFilter(table, 'analyst'), rowFilter(table, 'support'), rowFilter(table, 'admin')]).toEqual([
    filter,
    undefined,
    undefined,
  ])
})
