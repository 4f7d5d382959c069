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

/** One access as SQLite reports it. */
interface Access {
  table: string
  column: string
  schema: string | null
  /** The innermost view (or other FROM item) that causes the access. */
  through: string | null
}

/** A column of a policy view. */
export interface ReadColumn {
  table: string
  column: string
}

/** The callback for `setAuthorizer`, and what it saw. */
export interface Authorizer {
  decide(
    action: number,
    first: string | null,
    second: string | null,
    schema: string | null,
    through: string | null,
  ): number
  denial: Denial | undefined
  /** Tables read, by lower-case name. */
  readonly tables: ReadonlySet<string>
  /** Columns of policy views read. */
  readonly columns: ReadonlyMap<string, ReadColumn>
}

/**
 * @param visible names of the policy views
 * @param real names of everything that the connection could read: a name that is none of them is the statement's own
 */
export function createAuthorizer(
  names: SecretNames,
  { visible, real }: { visible: readonly string[]; real: ReadonlySet<string> },
): Authorizer {
  const views = new Set(visible.map((name) => name.toLowerCase()))
  const tables = new Set<string>()
  const columns = new Map<string, ReadColumn>()

  function mayRead({ table, column, schema, through }: Access): boolean {
    const key = table.toLowerCase()
    if (ALLOWED_TABLE_FUNCTIONS.has(key)) return schema === 'main' || schema === null
    // A CTE of which no column is used is reported by its name alone.
    if (column === '' && schema === null && !/^(sqlite|pragma)_/.test(key) && !real.has(key)) return true
    if (!views.has(key)) return false
    if (schema === names.schema) {
      // A base table is read by its own policy view alone; without a column, only its rows are counted.
      tables.add(key)
      return column === '' || through?.toLowerCase() === key
    }
    if (schema === 'temp' && column !== '') columns.set(`${table}.${column}`, { table, column })
    return schema === 'temp' || (schema === null && column === '')
  }

  function mayCall(name: string): boolean {
    return name === names.hash || ALLOWED_FUNCTIONS.has(name.toLowerCase())
  }

  const authorizer = {
    denial: undefined as Denial | undefined,
    tables,
    columns,
    decide(action: number, first: string | null, second: string | null, schema: string | null, through: string | null) {
      if (action === sqlite.SQLITE_SELECT || action === sqlite.SQLITE_RECURSIVE) return sqlite.SQLITE_OK
      if (action === sqlite.SQLITE_READ) {
        if (mayRead({ table: first ?? '', column: second ?? '', schema, through })) return sqlite.SQLITE_OK
        authorizer.denial ??= { rule: 'no_catalog', subject: first ?? '' }
      } else if (action === sqlite.SQLITE_FUNCTION) {
        if (mayCall(second ?? '')) return sqlite.SQLITE_OK
        authorizer.denial ??= { rule: 'allowed_functions', subject: second ?? '' }
      } else {
        const rule = action === sqlite.SQLITE_PRAGMA ? 'no_pragma' : 'select_only'
        authorizer.denial ??= { rule, subject: action === sqlite.SQLITE_PRAGMA ? (first ?? '') : '' }
      }
      return sqlite.SQLITE_DENY
    },
  }
  return authorizer
}
