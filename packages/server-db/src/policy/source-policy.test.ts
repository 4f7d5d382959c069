/** What a policy does not name is hidden from everybody but the admin. */
import { expect, it } from 'vitest'
import { columnRule, mayWrite, rowCondition, rowFilter, type SourcePolicy, tablePolicy } from './source-policy.ts'

const filter = { where: 'a = 1', about: 'some' }
const policy: SourcePolicy = {
  about: '',
  tables: {
    t: {
      about: '',
      columns: {
        a: { about: '', rules: { '*': 'open' } },
        b: { about: '', rules: { analyst: 'hidden', support: 'email' } },
        c: { about: '', rules: { '*': 'hash', support: 'open' } },
      },
      rows: { analyst: filter },
      writes: { admin: ['update'] },
    },
  },
}

it.each([
  ['t', 'a', 'analyst', 'open'],
  ['t', 'b', 'analyst', 'hidden'],
  ['t', 'b', 'support', 'email'],
  ['t', 'b', 'other', 'hidden'],
  ['t', 'c', 'analyst', 'hash'],
  ['t', 'c', 'support', 'open'],
  ['t', 'a', 'constructor', 'open'],
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

it('holds every restricted role to the filter of all, and to its own before that', () => {
  const own = { where: 'a = 2', about: 'others' }
  const table = { about: '', columns: {}, rows: { '*': filter, support: own } }
  expect(['analyst', 'support', 'admin'].map((role) => rowFilter(table, role))).toEqual([filter, own, undefined])
})

it('puts the viewer into a row filter as a constant, and nobody as NULL', () => {
  const own = { where: 'owner = {{user}} AND by = {{agent}}', about: '' }
  expect(rowCondition(own, { user: "o'neil", agent: 'bot' })).toBe("owner = 'o''neil' AND by = 'bot'")
  expect(rowCondition(own, { user: null, agent: 'a\\' })).toBe('owner = NULL AND by = NULL')
})

it('allows the writes that it names, to whom it names', () => {
  const table = tablePolicy(policy, 't')
  expect(mayWrite(table, 'update', 'admin')).toBe(true)
  expect([
    mayWrite(table, 'delete', 'admin'),
    mayWrite(table, 'update', 'analyst'),
    mayWrite(undefined, 'insert', 'admin'),
  ]).toEqual([false, false, false])
  const all = { about: '', columns: {}, writes: { '*': ['insert'] as const } }
  expect(['support', 'admin'].map((role) => mayWrite(all, 'insert', role))).toEqual([true, false])
})
