/** What a domain server's own contract test says: where it is, what it offers, and a sample of each kind of call. */

/** A structured result, whatever its tool puts into it. */
// biome-ignore lint/suspicious/noExplicitAny: samples reach into results that only their domain knows
export type Result = Record<string, any>

/** The structured result of the last call of a tool in this run; empty before the first. */
export type Latest = (tool: string) => Result

/** A call that must succeed on a fresh data directory. */
export interface SampleCall {
  tool: string
  args: Record<string, unknown>
}

/** A call that must succeed after those before it; its arguments may come from their results. */
export interface WriteSample {
  tool: string
  args: Record<string, unknown> | ((latest: Latest) => Record<string, unknown>)
  /** Code of the error that it is answered with, where the local caller is not one who could do it. */
  answers?: string
}

/** A call that takes `idempotency_key`; the contract adds the keys. */
export interface CreateSample extends SampleCall {
  /** Arguments that make it another write. */
  other: Record<string, unknown>
  /** It succeeds once on the same data, whatever its key. */
  isUnique?: boolean
}

/** A call that destroys something, without its `confirmation_token`; the contract asks and confirms. */
export interface DestroySample extends WriteSample {
  /** Arguments that the second call has beside the token, such as `dry_run: false`. */
  confirmed?: Record<string, unknown>
}

/** A paged call that takes several pages on a fresh data directory. */
export interface PageSample extends SampleCall {
  /** The member of the structured result that holds the rows. */
  rows: string
  /** Arguments of the same rows in larger pages; `limit: 50` unless given. */
  inLargePages?: Record<string, unknown>
  /** The member that names a row; the whole row unless given. */
  id?: string
  /** Creates without which there would not be rows enough. */
  prepare?: readonly SampleCall[]
  /** A write that adds one row to them; none where nothing can be written. */
  insert?: (n: number) => SampleCall
}

export interface DomainContract {
  /** Absolute path of the domain server's `main.ts`. */
  main: string
  /** Absolute path of the package, where its manifest is; beside the folder of `main` unless given. */
  folder?: string
  /** The tools it offers, in the order it lists them. */
  tools: readonly string[]
  /** At least one sample for every tool that reads. */
  reads: readonly SampleCall[]
  /** One sample for every tool that takes `idempotency_key`. */
  creates?: readonly CreateSample[]
  /** One sample for every other tool that writes. */
  writes?: readonly WriteSample[]
  /** One sample for every tool that destroys. */
  destroys?: readonly DestroySample[]
  /** One sample for every tool that takes `cursor`. */
  pages?: readonly PageSample[]
  /** Calls whose result links to resources of the caller alone. */
  exports?: readonly SampleCall[]
  /** A call that takes seconds and holds something until it ends. */
  slow?: SampleCall
  /** `false` where writes are kept by somebody else, who is not started again with the domain server. */
  keepsWrites?: boolean
  /** URIs that must be readable. */
  resources: readonly string[]
  /** Prompts that must render, with their arguments. */
  prompts: readonly { name: string; args: Record<string, string> }[]
  /** Most tokens the tool list may cost a model, see `modelTokens`. */
  maxListTokens: number
  /** The tools that these tokens are for; all unless given. */
  core?: readonly string[]
  /** Extra environment of the process. */
  env?: Record<string, string>
}
