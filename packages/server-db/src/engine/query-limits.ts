/** The bounds of queries: those that hold everywhere, and those that a source may set for itself. */
import { DEFAULT_RESULT_BYTES } from '@causeway/shared-contracts/bounded-rows'

/** Most characters of a statement. */
export const MAX_SQL_CHARS = 20_000
/** Most parameters of a statement. */
export const MAX_PARAMS = 50
/** Rows of one page unless asked otherwise. */
export const DEFAULT_ROWS = 100
/** Most rows of one page. */
export const MAX_ROWS = 1_000
/** How long a query may run unless asked otherwise. */
export const DEFAULT_TIMEOUT_MS = 5_000
/** Longest a query may run. */
export const MAX_TIMEOUT_MS = 30_000
/** Bytes that one page of rows aims for. */
export const MAX_PAGE_BYTES = DEFAULT_RESULT_BYTES
/** Most columns of a result. */
export const MAX_COLUMNS = 100
/** How long a database may take to say that it is there. */
export const CONNECT_TIMEOUT_MS = 2_000
/** Most bytes of a binary value that a result carries. */
export const MAX_BLOB_BYTES = 256 * 1024

/** What one source allows; each within the bounds above. */
export interface SourceLimits {
  /** Most rows of one page. */
  maxRows: number
  defaultTimeoutMs: number
  maxTimeoutMs: number
  /** Connections, or processes, at a time. */
  connections: number
  /** Most statements that wait for one. */
  maxWaiting: number
  /** Longest that a statement waits. */
  maxWaitMs: number
}

/** The limits of a source that sets none. */
export const DEFAULT_LIMITS: SourceLimits = {
  maxRows: MAX_ROWS,
  defaultTimeoutMs: DEFAULT_TIMEOUT_MS,
  maxTimeoutMs: MAX_TIMEOUT_MS,
  connections: 2,
  maxWaiting: 32,
  maxWaitMs: 10_000,
}
