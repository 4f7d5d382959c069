/** What every engine does for the tools: describe a source and run one SELECT on it, both as one role sees it. */
import type { DependencyState } from '@causeway/shared-contracts/define-domain-server'
import type { Mask, Role } from '../policy/source-policy.ts'

/** A parameter of a statement as it arrives. */
export type ParameterValue = string | number | boolean | null
/** A value of a result: integers beyond 2^53 are strings, a blob is told by its size. */
export type ResultValue = string | number | null | { $blob: number }

/** One statement, and the bounds it runs in. */
export interface StatementRequest {
  role: Role
  sql: string
  /** Values of `$1`, `$2`, … */
  params: readonly ParameterValue[]
  maxRows: number
  /** Rows of the same statement to pass over, for the next page. */
  skipRows: number
  timeoutMs: number
  signal: AbortSignal
}

/** One column of a result. */
export interface ResultColumn {
  name: string
  type: string
  /** The column holds masked values, or may be computed from some. */
  masked: boolean
}

/** One page of a result. */
export interface StatementResult {
  columns: ResultColumn[]
  rows: ResultValue[][]
  hasMore: boolean
  elapsedMs: number
  /** The masked columns that the statement reads, as `table.column`. */
  masked: string[]
  /** The tables it reads of which the role sees only some rows. */
  rowFiltered: string[]
}

/** A column as a role sees it. */
export interface ColumnFacts {
  name: string
  type: string
  nullable: boolean
  primaryKey: boolean
  mask: Mask | null
  about: string
}

/** A reference from columns of one table to columns of another. */
export interface ForeignKey {
  columns: string[]
  table: string
  toColumns: string[]
}

/** A table as a role sees it. */
export interface TableFacts {
  name: string
  about: string
  rowCount: number
  /** What the role's row filter leaves, in words; `null` without one. */
  rowFilter: string | null
  columns: ColumnFacts[]
  foreignKeys: ForeignKey[]
}

/** One source behind one kind of database. All methods throw `QueryFailure`. */
export interface QueryEngine {
  readonly kind: 'sqlite'
  /** The tables that the role sees, by name. */
  describe(role: Role): Promise<TableFacts[]>
  run(request: StatementRequest): Promise<StatementResult>
  state(): Promise<DependencyState>
  close(): Promise<void>
}
