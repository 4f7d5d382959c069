/** What every engine does for the tools, each time as one viewer sees its source: describe, check, explain, run, stream, transact, and tell how it is. */
import type { DependencyState } from '@causeway/shared-contracts/define-domain-server'
import type { Mask, SourcePolicy } from '../policy/source-policy.ts'
import type { Viewer } from '../policy/viewer.ts'
import type { SourceLimits } from './query-limits.ts'
import type { TransactionReport, TransactionRequest } from './transaction.ts'

/** A kind of database. */
export type EngineKind = 'sqlite' | 'postgres'

/** A parameter of a statement as it arrives. */
export type ParameterValue = string | number | boolean | null

/** A binary value: how many bytes it has, and the bytes themselves unless they are too many to carry. */
export interface BlobValue {
  $blob: number
  base64?: string
}

/**
 * A value of a result, as JSON carries it without loss: integers beyond 2^53 and every decimal are strings, a moment
 * with a time zone is ISO 8601 in UTC (`…Z`), one without has no zone, a boolean is one, JSON and arrays are their text.
 * NULL is `null`, which is not the empty string.
 */
export type ResultValue = string | number | boolean | null | BlobValue

/** One statement, who asks, and until when. */
export interface StatementBasis {
  viewer: Viewer
  sql: string
  /** Values of `$1`, `$2`, … */
  params: readonly ParameterValue[]
  timeoutMs: number
  /** Aborted when nobody waits any more: the statement is stopped in the database within a second. */
  signal: AbortSignal
}

/** A statement whose rows are wanted at once. */
export interface StatementRequest extends StatementBasis {
  maxRows: number
  /** Bytes of JSON that the rows together aim for; the first row always fits. */
  maxBytes: number
}

/** A statement whose rows are wanted whole, one batch after the other. */
export interface StreamRequest extends StatementBasis {
  maxRows: number
}

/** One column of a result. */
export interface ResultColumn {
  name: string
  /** The engine's own name of the type, in lower case. */
  type: string
  /** The column holds masked values, or may be computed from some. */
  masked: boolean
}

/** What the policy did to a statement. */
export interface PolicyEffect {
  /** The masked columns that the statement reads, as `table.column`. */
  masked: string[]
  /** The tables it reads of which the viewer sees only some rows. */
  rowFiltered: string[]
}

/** The rows of a result, from the first. */
export interface StatementResult extends PolicyEffect {
  columns: ResultColumn[]
  rows: ResultValue[][]
  /** There are rows beyond the bounds. */
  hasMore: boolean
  elapsedMs: number
}

/** Takes the rows of a stream; the next batch is read when the promise of the one before is settled. */
export interface RowSink {
  /** Called once, before any row. */
  columns(columns: readonly ResultColumn[]): void
  /** Values are never cut, and every blob has its bytes. Whatever it throws stops the statement, and `stream` throws the same. */
  rows(batch: readonly ResultValue[][]): Promise<void> | void
}

/** How a stream ended. */
export interface StreamSummary extends PolicyEffect {
  rowCount: number
  hasMore: boolean
  elapsedMs: number
}

/** What running a statement would cost, as far as it may be told. */
export interface StatementCost {
  /** The planner's guess of the rows of the result; `null` when the engine makes none, or it could tell of rows the viewer does not see. */
  estimatedRows: number | null
  /** The planner's cost in its own units; `null` like {@link estimatedRows}. */
  planCost: number | null
  /** Tables that are read from end to end. */
  fullScans: string[]
}

/** What a statement that passes every rule would touch; it was not run. */
export interface StatementVerdict extends PolicyEffect {
  columns: ResultColumn[]
  /** The tables of the source that it reads. */
  tables: string[]
  cost: StatementCost
}

/** One step of a plan, without values, masks, row filters and the names of what the viewer does not see. */
export interface PlanStep {
  /** 0 for the root. */
  depth: number
  operation: string
  table: string | null
  /** An index or a condition, where it tells nothing that is hidden. */
  detail: string | null
}

/** How the database would run a statement. */
export interface StatementPlan extends StatementVerdict {
  steps: PlanStep[]
}

/** A column as a viewer sees it. */
export interface ColumnFacts {
  name: string
  /** The engine's own name of the type, in lower case. */
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

/** A table as a viewer sees it. */
export interface TableFacts {
  /** As tools and people name it; with its schema when that is not the default one. */
  name: string
  /** As a statement names it, quoted. */
  sqlName: string
  about: string
  /** Rows that the viewer sees; `null` when counting them takes too long. */
  rowCount: number | null
  /** What the role's row filter leaves, in words; `null` without one. */
  rowFilter: string | null
  columns: ColumnFacts[]
  foreignKeys: ForeignKey[]
}

/** How a source and its connections are. */
export interface SourceHealth extends DependencyState {
  /** The engine with its version, e.g. `SQLite 3.53.0`; `null` while it cannot be asked. */
  version: string | null
  /** One round trip; `null` when there was none. */
  latencyMs: number | null
  connections: { limit: number; open: number; busy: number }
  queue: { limit: number; waiting: number }
  /** Statements since the start, by how they ended. */
  statements: { done: number; failed: number; timedOut: number; canceled: number; refusedBusy: number }
  /** What is dangerous about how the source is connected, in words; empty when nothing is. */
  warnings: string[]
}

/** What every kind of engine is made with. */
export interface EngineOptions {
  /** Id of the source, for messages. */
  id: string
  policy: SourcePolicy
  /** Key of the hash mask, in hex: the same value gives the same hash in every source as long as the key stays. */
  hashKey: string
  limits: SourceLimits
}

/**
 * One source behind one kind of database. Nothing connects before the first call. Every method throws `QueryFailure`:
 * `unavailable` within 2 s when the database cannot be reached, and the next call tries anew.
 */
export interface QueryEngine {
  readonly kind: EngineKind
  /** There is a write connection: `transact` works. */
  readonly canWrite: boolean
  /** Names of the functions that a statement may call, in lower case, for suggestions. */
  readonly functions: ReadonlySet<string>
  /** The tables that the viewer sees, by name. */
  describe(viewer: Viewer): Promise<TableFacts[]>
  /** What `run` would do, without running it; throws what `run` would throw before the first row. Needs no `params`. */
  check(request: StatementBasis): Promise<StatementVerdict>
  /** As {@link check}, with the steps. */
  explain(request: StatementBasis): Promise<StatementPlan>
  run(request: StatementRequest): Promise<StatementResult>
  stream(request: StreamRequest, sink: RowSink): Promise<StreamSummary>
  /** Runs the statements in one transaction of the write connection; see {@link TransactionRequest}. */
  transact(request: TransactionRequest): Promise<TransactionReport>
  health(): Promise<SourceHealth>
  close(): Promise<void>
}
