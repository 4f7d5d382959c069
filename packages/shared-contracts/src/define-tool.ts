/** How a domain server declares a tool: schemas from zod, effect and scopes for governance, and the function itself. */
import type { z } from 'zod'
import type { Ask } from './ask.ts'
import type { ContextUpdate, ToolRequest } from './call-message.ts'
import type { Caller } from './caller.ts'
import type { Logger } from './log.ts'

/** What a call may do to the world: annotations, default scopes, limits and audit class follow from it. */
export type Effect = 'read' | 'write' | 'destroy'

/** That a tool is on its way out: callers are told, and may rely on it until the day. */
export interface Deprecation {
  /** The domain server's version that first said so. */
  since: string
  /** ISO date; the tool may be gone after it. */
  removeAfter: string
  /** The tool to use instead. */
  replacement?: string
}

/** What a tool, resource or prompt knows of the call it serves. */
export interface CallContext<Services = unknown> {
  services: Services
  caller: Caller
  /** Correlation id, from the gateway or minted here; hand it on to third-party calls. */
  requestId: string
  /** What the gateway says of the call, where there is one; its `context` is there for tools with `usesContext`. */
  message?: ToolRequest
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

/** A resource that a result points to, such as an export. */
export interface ResourceLink {
  uri: string
  name: string
  description?: string
  mimeType?: string
}

/** What a tool returns: both halves say the same, because some clients' models see only one. */
export interface ToolAnswer<Data> {
  /** First line the answer or count, one line a row with ids, last line the next step. */
  text: string
  data: Data
  /** Resources to read next, beside both. */
  links?: readonly ResourceLink[]
  /** What the caller's context is from now on; for tools with `usesContext`. */
  contextUpdate?: ContextUpdate
}

export interface ToolDefinition<Services = unknown> {
  name: string
  title: string
  description: string
  effect: Effect
  scopes: readonly string[]
  tags: readonly string[]
  /** Semantic version of the tool; a breaking change of its schemas needs the next major one. */
  version: string
  /** The domain server's version that first had it. */
  since: string
  deprecation?: Deprecation
  /** Former names; the gateway still answers to them. */
  aliases: readonly string[]
  /** The call's signal aborts after this. */
  timeoutMs: number
  /** Whether it is given, and may change, the context that the agent hands on from turn to turn. */
  usesContext: boolean
  /** A repeated call with the same arguments has no further effect (MCP `idempotentHint`). */
  idempotent: boolean
  /** The tool reaches systems outside this domain (MCP `openWorldHint`). */
  openWorld: boolean
  /** Whether what the domain server opened can serve it; a tool that is not offered is not listed. Always, unless given. */
  isOffered?(services: Services): boolean
  input: z.ZodObject
  /** What lists say of the arguments where zod cannot say it; the tool holds them against it itself. */
  inputSchema?: Record<string, unknown>
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
  /** 1.0.0 unless given. */
  version?: string
  /** 1.0.0 unless given. */
  since?: string
  deprecation?: Deprecation
  aliases?: readonly string[]
  /** 30 seconds unless given. */
  timeoutMs?: number
  /** Whether it is given, and may change, the context that the agent hands on from turn to turn. */
  usesContext?: boolean
  idempotent?: boolean
  openWorld?: boolean
  isOffered?(services: Services): boolean
  inputSchema?: Record<string, unknown>
  input: In
  output: Out
  run(args: z.output<In>, call: CallContext<Services>): Promise<ToolAnswer<z.input<Out>>> | ToolAnswer<z.input<Out>>
}

const DEFAULTS = {
  tags: [],
  version: '1.0.0',
  since: '1.0.0',
  aliases: [],
  timeoutMs: 30_000,
  usesContext: false,
  openWorld: false,
  scopes: [],
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
    const wrong = [spec.name, ...(spec.aliases ?? [])].find((name) => !NAME.test(name) || name.length > 34)
    if (wrong !== undefined) throw new Error(`Cannot define tool "${wrong}": want verb_noun, at most 34 characters`)
    if (spec.description.length > 400)
      throw new Error(
        `Cannot define tool "${spec.name}": description has ${spec.description.length} characters, at most 400`,
      )
    return { ...DEFAULTS, idempotent: spec.effect === 'read', ...spec }
  }
}
