/** The authorizer by itself: it would hold even if a policy view were missing. */
import { constants as sqlite } from 'node:sqlite'
import { expect, it } from 'vitest'
import { type AccessArguments, createAuthorizer } from './authorizer.ts'

const names = { schema: 's_secret', hash: 'h_secret' }

function make() {
  return createAuthorizer(names, { visible: new Set(['customers']), real: new Set(['customers', 'payroll', 'dbstat']) })
}

const { SQLITE_READ, SQLITE_FUNCTION, SQLITE_SELECT, SQLITE_RECURSIVE, SQLITE_PRAGMA, SQLITE_ATTACH } = sqlite

it.each<AccessArguments>([
  [SQLITE_SELECT, null, null, null, null],
  [SQLITE_RECURSIVE, null, null, null, null],
  [SQLITE_READ, 'customers', 'email', 'temp', null],
  [SQLITE_READ, 'customers', 'email', 's_secret', 'customers'],
  [SQLITE_READ, 'customers', 'email', 's_secret', 'CUSTOMERS'],
  [SQLITE_READ, 'customers', '', 's_secret', null],
  [SQLITE_READ, 'a_cte', '', null, null],
  [SQLITE_READ, 'json_each', 'value', 'main', null],
  [SQLITE_FUNCTION, null, 'COUNT', null, null],
  [SQLITE_FUNCTION, null, 'h_secret', null, 'customers'],
])('allows %j %j %j %j %j', (...access) => {
  expect(make().decide(...access)).toBe(sqlite.SQLITE_OK)
})

it.each<AccessArguments>([
  [SQLITE_READ, 'customers', 'email', 's_secret', null],
  [SQLITE_READ, 'customers', 'email', 's_secret', 'orders'],
  [SQLITE_READ, 'customers', 'email', 'main', null],
  [SQLITE_READ, 'payroll', 'note', 's_secret', 'payroll'],
  [SQLITE_READ, 'payroll', '', 's_secret', null],
  [SQLITE_READ, 'payroll', '', null, null],
  [SQLITE_READ, 'sqlite_master', '', null, null],
  [SQLITE_READ, 'pragma_anything', '', null, null],
  [SQLITE_READ, 'dbstat', '', null, null],
  [SQLITE_READ, 'sqlite_temp_master', 'sql', 'temp', 'customers'],
  [SQLITE_READ, 'json_each', 'value', 's_secret', null],
  [SQLITE_FUNCTION, null, 'load_extension', null, null],
  [SQLITE_FUNCTION, null, '', null, null],
  [SQLITE_PRAGMA, 'query_only', '0', null, null],
  [SQLITE_ATTACH, 'x', null, null, null],
  [9_999, null, null, null, null],
])('denies %j %j %j %j %j', (...access) => {
  const authorizer = make()
  expect(authorizer.decide(...access)).toBe(sqlite.SQLITE_DENY)
  expect(authorizer.denial).toBeDefined()
})

it('denies every action that it does not know to be reading', () => {
  const reading = new Set([SQLITE_READ, SQLITE_SELECT, SQLITE_FUNCTION, SQLITE_RECURSIVE])
  for (let action = 0; action < 64; action++)
    if (!reading.has(action)) expect(make().decide(action, 'customers', null, 'temp', null)).toBe(sqlite.SQLITE_DENY)
})
