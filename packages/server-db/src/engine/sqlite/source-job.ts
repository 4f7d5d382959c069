/** What the domain server and the child process of a source say to each other. */
import type { Role } from '../../policy/source-policy.ts'
import type { StatementResult, TableFacts } from '../query-engine.ts'
import type { QueryFailureShape } from '../query-failure.ts'
import type { StatementJob } from './run-statement.ts'

/** One job of a child; it does one at a time. */
export type SourceJob = { kind: 'describe'; role: Role } | { kind: 'run'; statement: StatementJob }

/** What a job's success carries, by its kind. */
export interface SourceResults {
  describe: TableFacts[]
  run: StatementResult
}

/** The one message that answers a job. */
export type SourceReply =
  | { ok: true; result: SourceResults[keyof SourceResults] }
  | { ok: false; failure: QueryFailureShape }
