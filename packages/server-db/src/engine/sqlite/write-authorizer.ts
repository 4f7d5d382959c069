/** SQLite's authorizer on the write connection, default deny: which tables a role may change, and what it may read to say which rows. */
import { constants as sqlite } from 'node:sqlite'
import {
  ADMIN,
  columnRule,
  mayWrite,
  type Role,
  rowFilter,
  type SourcePolicy,
  tablePolicy,
  type WriteAction,
} from '../../policy/source-policy.ts'
import { QueryFailure } from '../query-failure.ts'
import { ALLOWED_FUNCTIONS, ALLOWED_TABLE_FUNCTIONS } from './allowed-functions.ts'
import type { AccessArguments } from './authorizer.ts'

/** The callback for `setAuthorizer`, and what it saw of the statement compiled last. */
export interface WriteAuthorizer {
  decide(...access: AccessArguments): number
  /** Why it said no, for the first time. */
  denial: QueryFailure | undefined
  /** The statement changes rows. */
  writes: boolean
  /** Tables that the statement itself inserts into. */
  readonly insertsInto: Set<string>
  /** Says which statement is compiled from here on. */
  begin(sql: string): void
}

/** What the authorizer judges by. */
export interface WriteRules {
  policy: SourcePolicy
  role: Role
  /** Names made for this connection: the table of changes and the triggers that fill it. */
  isOwn(name: string | null): boolean
  /** Everything there is to read, in lower case: a name that is not among it is the statement's own. */
  real: ReadonlySet<string>
  /** Tables of the source, in lower case. */
  tables: ReadonlySet<string>
  /** Triggers of the source: what they write is judged by what they change. */
  triggers: ReadonlySet<string>
}

const ACTIONS: ReadonlyMap<number, WriteAction> = new Map([
  [sqlite.SQLITE_INSERT, 'insert'],
  [sqlite.SQLITE_UPDATE, 'update'],
  [sqlite.SQLITE_DELETE, 'delete'],
])

export function createWriteAuthorizer(rules: WriteRules): WriteAuthorizer {
  let trusted: ReadonlySet<string> = new Set()
  const authorizer: WriteAuthorizer = {
    denial: undefined,
    writes: false,
    insertsInto: new Set(),
    begin(sql) {
      // SQLite names the subqueries of WITH in the same place as triggers: a name that the text has may be either.
      trusted = new Set([...rules.triggers].filter((name) => !mentions(sql, name)))
      authorizer.writes = false
      authorizer.insertsInto.clear()
    },
    decide(...access) {
      if (access[0] === sqlite.SQLITE_SELECT || access[0] === sqlite.SQLITE_RECURSIVE) return sqlite.SQLITE_OK
      if (rules.isOwn(access[4]) || trusted.has(access[4] ?? '')) return sqlite.SQLITE_OK
      const denial = judge(rules, access)
      if (ACTIONS.has(access[0])) authorizer.writes = true
      if (access[0] === sqlite.SQLITE_INSERT) authorizer.insertsInto.add(access[1] ?? '')
      if (!denial) return sqlite.SQLITE_OK
      authorizer.denial ??= denial
      return sqlite.SQLITE_DENY
    },
  }
  return authorizer
}

/** Whether a name can stand in a text, quoted or not; a quote in it is written twice. */
function mentions(sql: string, name: string): boolean {
  return ['', '"', '`', "'"].some((quote) => sql.includes(quote ? name.replaceAll(quote, quote + quote) : name))
}

function judge(rules: WriteRules, [action, first, second, schema]: AccessArguments): QueryFailure | undefined {
  if (action === sqlite.SQLITE_FUNCTION)
    return ALLOWED_FUNCTIONS.has((second ?? '').toLowerCase())
      ? undefined
      : new QueryFailure('refused', `The function ${second} is not allowed.`, 'allowed_functions')
  const name = first ?? ''
  if (action === sqlite.SQLITE_READ) return judgeRead(rules, name, { column: second ?? '', schema })
  // DDL begins as a write to the catalog.
  const write = /^sqlite_/i.test(name) ? undefined : ACTIONS.get(action)
  if (!write) return new QueryFailure('refused', 'The statement does more than change rows.', 'write_only')
  if (schema !== 'main') return new QueryFailure('sql', `no such table: ${name}`)
  return judgeWrite(rules, name, { write, column: second })
}

function judgeRead(
  { policy, role, isOwn, real, tables }: WriteRules,
  name: string,
  { column, schema }: { column: string; schema: string | null },
): QueryFailure | undefined {
  if (isOwn(name)) return new QueryFailure('sql', `no such table: ${name}`)
  const key = name.toLowerCase()
  if (ALLOWED_TABLE_FUNCTIONS.has(key) && !tables.has(key)) return undefined
  const isCatalog = /^(sqlite|pragma)_/i.test(name)
  // Where no column is used, SQLite reports the name alone as it stands in the text: of a table, or of a CTE.
  if (schema === null && column === '' && !isCatalog && !real.has(key)) return undefined
  if ((schema !== 'main' && schema !== null) || isCatalog)
    return new QueryFailure('refused', `"${name}" is not a table of this database.`, 'no_catalog')
  const table = tablePolicy(policy, name)
  const isOpen = column === '' ? role === ADMIN || table !== undefined : columnRule(table, column, role) === 'open'
  if (rowFilter(table, role) || !isOpen)
    return new QueryFailure(
      'refused',
      `A write may not read ${name}${column ? `.${column}` : ''} as your role sees it.`,
      'write_allow_list',
    )
  return undefined
}

function judgeWrite(
  { policy, role }: WriteRules,
  name: string,
  { write, column }: { write: WriteAction; column: string | null },
): QueryFailure | undefined {
  const table = tablePolicy(policy, name)
  // Who does not see all rows must not change those unseen.
  if (!mayWrite(table, write, role) || rowFilter(table, role))
    return new QueryFailure('refused', `Your role may not ${write} rows of ${name}.`, 'write_allow_list')
  if (write === 'update' && columnRule(table, column ?? '', role) !== 'open')
    return new QueryFailure('refused', `Your role may not change ${name}.${column}.`, 'write_allow_list')
  return undefined
}
