/** What the load generator is told and what it tells: the two messages between it and the benchmark. */

/** One piece of work for the load generator. */
export interface Job {
  /** Requests one after the other on each connection, one idle stream on each, one request on each that is not waited for, or the end of those. */
  kind: 'calls' | 'streams' | 'pending' | 'release'
  origin: string
  path: string
  headers: Record<string, string>
  body: string
  connections: number
  /** API keys that requests present in turn, where they are not all of one agent. */
  keys?: readonly string[]
  /** Requests a second, all connections together; as many as there can be when absent. */
  perSecond?: number
  /** Whether answers with another status than 200 are part of it; one ends the run when absent. */
  mayBeRefused?: boolean
  /** How long calls go on. */
  durationMs: number
}

/** What came of it. */
export interface LoadResult {
  requests: number
  /** Requests that were not answered with status 200. */
  errors: number
  /** Size of the largest answer. */
  answerBytes: number
  seconds: number
  p50Ms: number
  p99Ms: number
}
