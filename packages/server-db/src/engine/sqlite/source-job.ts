/** What the domain server and the child process of a source say to each other. */
import type { Viewer } from '../../policy/viewer.ts'
import type {
  StatementPlan,
  StatementRequest,
  StatementResult,
  StreamRequest,
  StreamSummary,
  TableFacts,
} from '../query-engine.ts'
import type { QueryFailureShape } from '../query-failure.ts'
import type { TransactionReport, TransactionRequest } from '../transaction.ts'
import type { StreamBatch } from './read-rows.ts'

/** The part of a request that travels to the child. */
export type RunJob = Omit<StatementRequest, 'signal' | 'timeoutMs' | 'viewer'>
/** The same for a stream. */
export type StreamJob = Omit<StreamRequest, 'signal' | 'timeoutMs' | 'viewer'>

/** The same for a transaction. */
export type TransactJob = Omit<TransactionRequest, 'signal' | 'timeoutMs' | 'viewer'>

/** One job of a child; it does one at a time. */
export type SourceJob = { viewer: Viewer } & (
  | { kind: 'describe' }
  | { kind: 'version' }
  | { kind: 'explain'; sql: string }
  | { kind: 'run'; statement: RunJob }
  | { kind: 'stream'; statement: StreamJob }
  | { kind: 'transact'; transaction: TransactJob }
)

/** What a job's success carries, by its kind. */
export interface SourceResults {
  describe: TableFacts[]
  version: string
  explain: StatementPlan
  run: StatementResult
  stream: StreamSummary
  transact: TransactionReport
}

/** The last message that answers a job. */
export type SourceReply =
  | { ok: true; result: SourceResults[keyof SourceResults] }
  | { ok: false; failure: QueryFailureShape }

/** A message before the last; the child goes on when it is answered with `{ next: true }`. */
export interface SourcePart {
  part: StreamBatch
}
