/** How a domain server declares a tool: schemas from zod, effect and scopes for governance, and the function itself. */
import type { z } from 'zod'
import type { Ask } from './ask.ts'
import type { Caller } from './caller.ts'
import type { Logger } from './log.ts'

/** What a call may do to the world: annotations, default scopes, limits and audit class follow from it. */
export type Effect = 'read' | 'write' | 'destroy'

/** What a tool, resource or prompt knows of the call it serves. */
export interface CallContext<Services = unknown> {
  services: Services
  caller: Caller
  /** Correlation id, from the gateway or minted here; hand it on to third-party calls. */
  requestId: string
  /** W3C trace context of the call, if it came with one; hand it on as well. */
  traceparent?: string
  /** Aborted when the caller cancels or disconnects. */
  signal: AbortSignal
  log: Logger
  /** Asks the caller's person or model before the call goes on; tools only. */
  ask: Ask
  /** Reports progress if the caller asked for it; `total` in the same unit as `done`. */
  progress(done: number, total?: number, message?: string): Promise<void>
}

/** What a tool returns: both halves say the same, because some clients' models see only one. */
export interface ToolAnswer<Data> {
  /** First line the answer or count, one line a row with ids, last line the next step. */
  text: string
  data: Data
}

export interface ToolDefinition<Services = unknown> {
  name: string
  title: string
  description: string
  effect: Effect
  scopes: readonly string[]
  tags: readonly string[]
  /** A repeated call with the same arguments has no further effect (MCP `idempotentHint`). */
  idempotent: boolean
  /** The tool reaches systems outside this domain (MCP `openWorldHint`). */
  openWorld: boolean
  input: z.ZodObject
  output: z.ZodObject
  run(args: never, call: CallContext<Services>): Promise<ToolAnswer<unknown>> | ToolAnswer<unknown>
}

interface ToolSpec<Services, In extends z.ZodObject, Out extends z.ZodObject> {
  /** `verb_noun` in snake_case, at most 34 characters. */
  name: string
  title: string
  /** At most 400 characters: what it does, when to use it and when not, the sibling to use instead. */
  description: string
  effect: Effect
  /** Defaults to `{domain}.read` for reads, else `{domain}.write`. */
  scopes?: readonly string[]
  tags?: readonly string[]
  idempotent?: boolean
  openWorld?: boolean
  input: In
  output: Out
  run(args: z.output<In>, call: CallContext<Services>): Promise<ToolAnswer<z.input<Out>>> | ToolAnswer<z.input<Out>>
}

const NAME = /^[a-z]+(_[a-z0-9]+)+$/

/**
 * Declares a tool. `Services` is what the domain server's `open` returns, so call it as
 * `const tool = toolOf<MyServices>()` once and `tool({...})` for each.
 * @throws when the name or description breaks the rules above
 */
export function toolOf<Services>() {
  return function defineTool<In extends z.ZodObject, Out extends z.ZodObject>(
    spec: ToolSpec<Services, In, Out>,
  ): ToolDefinition<Services> {
    if (!NAME.test(spec.name) || spec.name.length > 34)
      throw new Error(`Cannot define tool "${spec.name}": want verb_noun, at most 34 characters`)
    if (spec.description.length > 400)
      throw new Error(
        `Cannot define tool "${spec.name}": description has ${spec.description.length} characters, at most 400`,
      )
    return { tags: [], idempotent: spec.effect === 'read', openWorld: false, scopes: [], ...spec }
  }
}
