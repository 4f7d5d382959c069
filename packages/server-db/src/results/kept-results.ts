/** Keeps the rows of results that did not fit one page, so that the next pages show the same result whatever is written meanwhile. */
import { randomUUID } from 'node:crypto'
import type { StatementResult } from '../engine/query-engine.ts'

/** Rows of one result that can be paged through. */
export const KEPT_ROWS = 5_000
/** Bytes of JSON of one result that can be paged through. */
export const KEPT_BYTES = 1024 * 1024

const MAX_RESULTS = 64
const LIFE_MS = 10 * 60_000

/** Results by id, in memory. */
export interface KeptResults {
  /** @param owner whose result it is; nobody else finds it */
  keep(result: StatementResult, owner: string): string
  /** `undefined` once it has expired, or had to make room. */
  find(id: string, owner: string): StatementResult | undefined
}

/** Keeps at most 64 results, each for ten minutes. */
export function createKeptResults(nowMs: () => number = Date.now): KeptResults {
  const results = new Map<string, { result: StatementResult; owner: string; untilMs: number }>()
  return {
    keep(result, owner) {
      for (const [id, { untilMs }] of results) if (untilMs <= nowMs()) results.delete(id)
      if (results.size >= MAX_RESULTS) results.delete(results.keys().next().value as string)
      const id = randomUUID()
      results.set(id, { result, owner, untilMs: nowMs() + LIFE_MS })
      return id
    },
    find(id, owner) {
      const found = results.get(id)
      return found && found.owner === owner && found.untilMs > nowMs() ? found.result : undefined
    },
  }
}
