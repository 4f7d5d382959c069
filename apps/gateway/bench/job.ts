/** What the load generator is told and what it tells: the two messages between it and the benchmark. */

/** One piece of work for the load generator. */
export interface Job {
  /** Requests one after the other on each connection, or one idle stream on each. */
  kind: 'calls' | 'streams'
  origin: string
  path: string
  headers: Record<string, string>
  body: string
  connections: number
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
