/** A transaction as engines run it: what is asked, what it would change, and whether it did. */
import type { Viewer } from '../policy/viewer.ts'
import type { ParameterValue, ResultValue } from './query-engine.ts'

/** Most statements of one transaction. */
export const MAX_TRANSACTION_STATEMENTS = 20
/** Most changed rows that one effect shows; the digest covers all. */
export const MAX_EFFECT_ROWS = 10

/** One INSERT, UPDATE or DELETE with its values. */
export interface TransactionStatement {
  sql: string
  /** Values of `$1`, `$2`, … */
  params: readonly ParameterValue[]
}

/**
 * The statements run in order in one transaction that ends in ROLLBACK, unless `expectedDigest` is given and is the
 * digest of what they changed this time: then it ends in COMMIT.
 *
 * A statement may write only to tables and by actions that the policy allows the viewer's role (`TablePolicy.writes`), and
 * read only columns that are open to it, of tables whose rows are not filtered for it; else it is refused by the rule
 * `write_allow_list`. The same holds for what triggers and cascades do.
 */
export interface TransactionRequest {
  viewer: Viewer
  statements: readonly TransactionStatement[]
  expectedDigest: string | null
  timeoutMs: number
  signal: AbortSignal
}

/** A row that was changed, with the columns that are open to the viewer's role. */
export interface ChangedRow {
  /** `null` for an inserted row. */
  before: Record<string, ResultValue> | null
  /** `null` for a deleted row. */
  after: Record<string, ResultValue> | null
}

/** What one statement did to one table, itself or by a cascade. */
export interface TransactionEffect {
  /** Index of the statement, from 0. */
  statement: number
  table: string
  action: 'insert' | 'update' | 'delete'
  rowCount: number
  /** The first {@link MAX_EFFECT_ROWS}. */
  rows: ChangedRow[]
}

/** What a transaction changed, or would have changed. */
export interface TransactionReport {
  isCommitted: boolean
  effects: TransactionEffect[]
  /** Rows of each written table before the first and after the last statement. */
  tables: { table: string; rowsBefore: number; rowsAfter: number }[]
  /** Why a statement failed, without a value of a row; the statements after it did not run, and nothing is committed. */
  failure: { statement: number; message: string } | null
  /** Hex SHA-256 over every change to every row, in a stable order: equal exactly when the effects are; of no use when `failure` is set. */
  digest: string
}
