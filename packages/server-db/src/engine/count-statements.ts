/** Counts the statements of a source by how they end. */
import type { SourceHealth } from './query-engine.ts'
import { QueryFailure, type QueryFailureShape } from './query-failure.ts'

type Counts = SourceHealth['statements']

const COUNT_OF: Partial<Record<QueryFailureShape['kind'], keyof Counts>> = {
  timeout: 'timedOut',
  canceled: 'canceled',
  busy: 'refusedBusy',
}

/** The counts, and what takes part in them: `counted(promise)` settles as the promise does. */
export function createStatementCounts(): { counts: Counts; counted<T>(statement: Promise<T>): Promise<T> } {
  const counts: Counts = { done: 0, failed: 0, timedOut: 0, canceled: 0, refusedBusy: 0 }
  return {
    counts,
    async counted(statement) {
      try {
        const result = await statement
        counts.done++
        return result
      } catch (error) {
        counts[(error instanceof QueryFailure && COUNT_OF[error.shape.kind]) || 'failed']++
        throw error
      }
    },
  }
}
