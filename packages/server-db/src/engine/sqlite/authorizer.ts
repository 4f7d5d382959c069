/** SQLite's authorizer, default deny: what a statement touches while it is compiled and while it runs. */
import { constants as sqlite } from 'node:sqlite'
import type { RefusalRule } from '../query-failure.ts'
import { ALLOWED_FUNCTIONS, ALLOWED_TABLE_FUNCTIONS } from './allowed-functions.ts'
import type { SecretNames } from './policy-view.ts'

/** Why the authorizer said no, for the first time. */
export interface Denial {
  rule: RefusalRule
  subject: string
}

/** What SQLite passes for one access: action, two names that depend on it, schema, and the view that causes it. */
export type AccessArguments = [
  action: number,
  first: string | null,
  second: string | null,
  schema: string | null,
  through: string | null,
]

/** A column of a policy view. */
export interface ReadColumn {
  table: string
  column: string
}

/** The callback for `setAuthorizer`, and what it saw. */
export interface Authorizer {
  decide(...access: AccessArguments): number
  denial: Denial | undefined
  /** Tables read, by lower-case name. */
  readonly tables: ReadonlySet<string>
  /** Columns of policy views read. */
  readonly columns: ReadonlyMap<string, ReadColumn>
}

/** What a connection holds, by lower-case name. */
export interface Readable {
  /** The policy views. */
  visible: ReadonlySet<string>
  /** Everything there is to read: a name that is not among them is the statement's own. */
  real: ReadonlySet<string>
}

/** @param names the secret names of the connection, which mark what its own views do */
export function createAuthorizer(names: SecretNames, readable: Readable): Authorizer {
  const tables = new Set<string>()
  const columns = new Map<string, ReadColumn>()
  const authorizer: Authorizer = {
    denial: undefined,
    tables,
    columns,
    decide(...access) {
      const [action, first, second, schema] = access
      if (action === sqlite.SQLITE_SELECT || action === sqlite.SQLITE_RECURSIVE) return sqlite.SQLITE_OK
      if (action === sqlite.SQLITE_FUNCTION && mayCall(second ?? '', names)) return sqlite.SQLITE_OK
      if (action === sqlite.SQLITE_READ && mayRead(access, names, readable)) {
        if (schema === names.schema) tables.add((first ?? '').toLowerCase())
        else if (schema === 'temp') columns.set(`${first}.${second}`, { table: first ?? '', column: second ?? '' })
        return sqlite.SQLITE_OK
      }
      authorizer.denial ??= denialOf(access)
      return sqlite.SQLITE_DENY
    },
  }
  return authorizer
}

function mayCall(name: string, names: SecretNames): boolean {
  return name === names.hash || ALLOWED_FUNCTIONS.has(name.toLowerCase())
}

function mayRead(access: AccessArguments, names: SecretNames, { visible, real }: Readable): boolean {
  const [, table, column, schema, through] = access
  const key = (table ?? '').toLowerCase()
  // Where no column is used, SQLite reports the name alone as it stands in the text: of a table, or of a CTE.
  const isOwnName = column === '' && schema === null && !/^(sqlite|pragma)_/.test(key) && !real.has(key)
  if (isOwnName) return true
  if (ALLOWED_TABLE_FUNCTIONS.has(key)) return schema === 'main' || schema === null
  if (!visible.has(key)) return false
  // A base table is read by its own policy view alone; without a column, only its rows are counted.
  if (schema === names.schema) return column === '' || through?.toLowerCase() === key
  return schema === 'temp' || (schema === null && column === '')
}

function denialOf([action, first, second]: AccessArguments): Denial {
  if (action === sqlite.SQLITE_READ) return { rule: 'no_catalog', subject: first ?? '' }
  if (action === sqlite.SQLITE_FUNCTION) return { rule: 'allowed_functions', subject: second ?? '' }
  return { rule: action === sqlite.SQLITE_PRAGMA ? 'no_pragma' : 'select_only', subject: first ?? '' }
}
