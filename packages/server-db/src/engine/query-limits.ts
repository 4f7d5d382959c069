/** The bounds of one query, the same for every engine. */
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
