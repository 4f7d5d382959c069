/** A client of the run: what it is, how it is opened on a stage, and what it cannot do by its nature. */
import type { Stage } from './stage.ts'

/** What every client is put through, in this order. */
export const STEPS = ['list', 'call', 'read', 'change', 'restart'] as const

/** One of them. */
export type Step = (typeof STEPS)[number]

/** How a client comes to a changed list: it is told and acts on it, it lists again whenever it works, never, or by being a new process each time. */
export type Learns = 'told' | 'lists again' | 'not at all' | 'each run'

/** A client of the table. */
export interface Client {
  id: string
  title: string
  /** The id of the text that connects it. */
  connection: string
  /** The npm packages that it is made of, the one that gives its version first. */
  packages: readonly string[]
  learns: Learns
  /** How long it may take to connect again after a restart; without it, the first call has to succeed. */
  reconnectsWithinMs?: number
  /** Why it cannot do a step, or what to know of one. */
  notes?: Partial<Record<Step, string>>
  open(stage: Stage): Promise<OpenClient>
}

/** A client that is connected. What it answers is what its model, or its user, sees. */
export interface OpenClient {
  /** The names of the tools that it offers now; names may have a prefix of the client's own. */
  list(): Promise<readonly string[]>
  call(tool: string, args: Record<string, unknown>): Promise<string>
  /** Left out where the client cannot read resources. */
  read?(uri: string): Promise<string>
  /** How often the client told its program of a changed list; undefined where it does not tell. */
  timesTold?(): Promise<number>
  close(): Promise<void>
}
