/** What each role may see of one source: tables, columns, masks and row filters, as plain data that any engine can enforce. */

/** The roles of this domain server, from the most to the least privileged. */
export const ROLES = ['admin', 'support', 'analyst'] as const
/** One of {@link ROLES}; `admin` sees every value, the others what the policy opens. */
export type Role = (typeof ROLES)[number]
/** A role that the policy restricts. */
export type RestrictedRole = Exclude<Role, 'admin'>

/** How a value is shown instead of itself; a NULL stays NULL. */
export type Mask = 'null' | 'redact' | 'partial' | 'hash' | 'email' | 'last4'
/** `hidden`: the column does not exist for the role. */
export type ColumnRule = 'open' | 'hidden' | Mask

/** One column: what it means, and what each restricted role sees of it. */
export type ColumnPolicy = { about: string } & Record<RestrictedRole, ColumnRule>

/** A condition over the table's own columns, and what it leaves, in words. */
export interface RowFilter {
  where: string
  about: string
}

/** One table; a column that is not named here is hidden from restricted roles. */
export interface TablePolicy {
  about: string
  columns: Record<string, ColumnPolicy>
  rows?: Partial<Record<RestrictedRole, RowFilter>>
}

/** One source; a table that is not named here is hidden from restricted roles. */
export interface SourcePolicy {
  about: string
  tables: Record<string, TablePolicy>
}

/** A column that every role sees as it is. */
export function open(about: string): ColumnPolicy {
  return { about, analyst: 'open', support: 'open' }
}

/** A column that restricted roles do not see as it is. */
export function guarded(about: string, rules: Record<RestrictedRole, ColumnRule>): ColumnPolicy {
  return { about, ...rules }
}

/** What the policy says of a table; own properties only, so that no table is called `constructor` in vain. */
export function tablePolicy(policy: SourcePolicy, table: string): TablePolicy | undefined {
  return Object.hasOwn(policy.tables, table) ? policy.tables[table] : undefined
}

/** What `role` sees of a column; default deny. */
export function columnRule(table: TablePolicy | undefined, column: string, role: Role): ColumnRule {
  if (role === 'admin') return 'open'
  return table && Object.hasOwn(table.columns, column) ? table.columns[column]![role] : 'hidden'
}

/** The rows that `role` is held to, if any. */
export function rowFilter(table: TablePolicy | undefined, role: Role): RowFilter | undefined {
  return role === 'admin' ? undefined : table?.rows?.[role]
}
