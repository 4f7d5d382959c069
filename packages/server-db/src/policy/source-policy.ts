/** What each role may see of one source: tables, columns, masks and row filters, as plain data that any engine can enforce. */
import type { Viewer } from './viewer.ts'

/** The role that sees every value; what the others see is what the policy opens. */
export const ADMIN = 'admin'
/** {@link ADMIN}, or the name of a role that the policy restricts. */
export type Role = string

/** The ways to show a value instead of itself. */
export const MASKS = ['null', 'redact', 'partial', 'hash', 'email', 'last4', 'generalize'] as const
/**
 * How a value is shown instead of itself; a NULL stays NULL. `generalize` shows the year of a date, the first digit of a
 * number with its magnitude (38211 → 30000), and `[generalized]` for any other text.
 */
export type Mask = (typeof MASKS)[number]
/** `hidden`: the column does not exist for the role. */
export type ColumnRule = 'open' | 'hidden' | Mask

/** One column: what it means, and what each restricted role sees of it; hidden from a role that is not named. */
export interface ColumnPolicy {
  about: string
  /** `*` is every restricted role that is not named. */
  rules: Readonly<Record<Role, ColumnRule>>
}

/** A condition over the table's own columns, and what it leaves, in words. */
export interface RowFilter {
  /** SQL of the source's engine; `{{user}}` and `{{agent}}` stand for the viewer's names, as constants. */
  where: string
  about: string
}

/** What may be done to the rows of a table. */
export type WriteAction = 'insert' | 'update' | 'delete'

/** One table; a column that is not named here is hidden from restricted roles. */
export interface TablePolicy {
  about: string
  columns: Readonly<Record<string, ColumnPolicy>>
  /** `*` is every restricted role that is not named. */
  rows?: Readonly<Record<Role, RowFilter>>
  /** What each role, admin too, may do by `run_transaction`; nothing unless named, or restricted and meant by `*`. */
  writes?: Readonly<Record<Role, readonly WriteAction[]>>
}

/** One source; a table that is not named here is hidden from restricted roles. */
export interface SourcePolicy {
  about: string
  tables: Readonly<Record<string, TablePolicy>>
}

/** What the policy says of a table; own properties only, so that no table is called `constructor` in vain. */
export function tablePolicy(policy: SourcePolicy, table: string): TablePolicy | undefined {
  return own(policy.tables, table)
}

/** What `role` sees of a column; default deny. */
export function columnRule(table: TablePolicy | undefined, column: string, role: Role): ColumnRule {
  if (role === ADMIN) return 'open'
  const rules = table && own(table.columns, column)?.rules
  return (rules && (own(rules, role) ?? own(rules, '*'))) ?? 'hidden'
}

/** The rows that `role` is held to, if any. */
export function rowFilter(table: TablePolicy | undefined, role: Role): RowFilter | undefined {
  return role === ADMIN || !table?.rows ? undefined : (own(table.rows, role) ?? own(table.rows, '*'))
}

/** The condition of a row filter with the viewer's names in it, as SQL constants; a name that is missing is NULL, which equals nothing. */
export function rowCondition({ where }: RowFilter, viewer: Pick<Viewer, 'user' | 'agent'>): string {
  return where.replace(/\{\{(user|agent)\}\}/g, (_, name: 'user' | 'agent') => sqlText(viewer[name]))
}

/** Whether `role` may do `action` to the rows of a table. */
export function mayWrite(table: TablePolicy | undefined, action: WriteAction, role: Role): boolean {
  if (!table?.writes) return false
  const allowed = own(table.writes, role) ?? (role === ADMIN ? undefined : own(table.writes, '*'))
  return allowed?.includes(action) ?? false
}

// A backslash means something to Postgres in some settings, and a NUL ends the text for SQLite.
function sqlText(value: string | null): string {
  return value === null || /[\0\\]/.test(value) ? 'NULL' : `'${value.replaceAll("'", "''")}'`
}

function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}
