/** One upstream as the gateway uses it: complete, with milliseconds and bytes, whichever way it is reached. */
import type { Effect } from '@causeway/shared-contracts/define-tool'
import type { Secret } from './secret.ts'
import type { UpstreamAuth } from './upstream-auth-schema.ts'
import type { WrittenUpstream } from './upstream-schema.ts'

/** What is known about one tool, whatever its upstream says. */
export interface ToolOverride {
  /** Former names, as the upstream spelled them. */
  aliases: string[]
  description?: string
  tags: string[]
  /** Replaces the upstream's own, also an empty list. */
  scopes?: string[]
  effect?: Effect
  hidden: boolean
  timeoutMs?: number
}

/** What an upstream can ask of an agent during a call. */
export type AskKind = 'elicitation' | 'sampling' | 'roots'

/** Elicitation is a question to a person, who sees who asks; the others spend the agent's model or show its files. */
const DEFAULT_ASKS: Record<AskKind, boolean> = { elicitation: true, sampling: false, roots: false }

/** One upstream; `run`, `url` or `command` is there as `kind` says. */
export interface UpstreamConfig {
  id: string
  kind: 'run' | 'url' | 'command'
  /** Absolute path of the folder of a domain server. */
  run?: string
  url?: string
  command?: string[]
  /** Name for people; the id when none is configured. */
  title: string
  owner?: string
  /** Labels of all its tools. */
  tags: string[]
  enabled: boolean
  /** Prefix of its public names, or `none`. */
  namespace: string
  era: 'auto' | 'modern' | 'legacy'
  /** Which definitions are accepted unseen: `manifest` accepts all, because the gateway runs their package itself. */
  trust: 'auto' | 'review' | 'manifest'
  /** Whether a change is accepted that only adds what callers may ignore. */
  approveCompatible: boolean
  /** Whether effect, scopes and tags count that the upstream states itself. */
  trustMetadata: boolean
  env: Readonly<Record<string, Secret>>
  headers: Readonly<Record<string, Secret>>
  timeoutMs: number
  maxResultBytes: number
  /** Whether results that break their tool's output schema are reported, or refused. */
  resultSchema: 'off' | 'warn' | 'enforce'
  /** Calls at the same time. */
  concurrency: number
  /** Original names of tools that may be called again when an answer is lost. */
  retryable: string[]
  /** How often its definitions are listed again. */
  refreshMs: number
  auth: UpstreamAuth
  /** Which requests it may make of agents. */
  asks: Readonly<Record<AskKind, boolean>>
  /** Whether each caller gets a child of its own. */
  perCaller: boolean
  /** By original name. */
  tools: Readonly<Record<string, ToolOverride>>
}

/** Completes what is written with what follows from the id and the kind. */
export function completeUpstreams(written: Record<string, WrittenUpstream>): Readonly<Record<string, UpstreamConfig>> {
  return withoutPrototype(Object.entries(written).map(([id, upstream]) => [id, complete(id, upstream)]))
}

function complete(id: string, written: WrittenUpstream): UpstreamConfig {
  const { timeout, refresh, ...same } = written
  const kind = written.run === undefined ? (written.url === undefined ? 'command' : 'url') : 'run'
  return {
    ...same,
    id,
    kind,
    title: written.title ?? id,
    namespace: written.namespace ?? id,
    trust: written.trust ?? (kind === 'run' ? 'manifest' : 'auto'),
    trustMetadata: written.trustMetadata ?? kind === 'run',
    asks: { ...DEFAULT_ASKS, ...written.asks },
    auth: written.auth ?? { mode: kind === 'run' ? 'gateway' : 'none' },
    env: withoutPrototype(Object.entries(written.env)),
    headers: withoutPrototype(Object.entries(written.headers)),
    timeoutMs: timeout,
    refreshMs: refresh,
    tools: withoutPrototype(
      Object.entries(written.tools).map(([name, { timeout, ...tool }]) => [name, { ...tool, timeoutMs: timeout }]),
    ),
  }
}

// Names come from outside; "constructor" must not find anything that nobody configured.
function withoutPrototype<Value>(entries: [string, Value][]): Record<string, Value> {
  return Object.assign(Object.create(null), Object.fromEntries(entries))
}
