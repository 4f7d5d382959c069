/** The whole of one domain server as data: what it offers, how it opens its storage, how it says whether it is ready. */
import type { Registry } from 'prom-client'
import type { DataDir } from './data-dir.ts'
import type { PromptDefinition } from './define-prompt.ts'
import type { ResourceDefinition } from './define-resource.ts'
import type { ToolDefinition } from './define-tool.ts'
import type { Logger } from './log.ts'

/** How much callers may rely on a domain server: only a stable one keeps its promises between versions. */
export type Stability = 'experimental' | 'beta' | 'stable'

/** State of one dependency, as `/readyz` shows it. */
export interface DependencyState {
  ok: boolean
  detail?: string
}

/** What `open` gives back: the services that tools use, and the life of what is behind them. */
export interface Opened<Services> {
  services: Services
  /** Each dependency by name; the server is ready when all are ok. */
  health(): Promise<Record<string, DependencyState>> | Record<string, DependencyState>
  /** Adds the domain's own metrics to those of `/metrics`. */
  instrument?(registry: Registry): void
  close(): Promise<void> | void
}

/** Called by a domain server when its lists or a resource changed; reaches every subscribed client. */
export interface Changes {
  resourceUpdated(uri: string): void
  toolsChanged(): void
  resourcesChanged(): void
}

export interface DomainServer<Services = unknown> {
  /** Domain id, e.g. `projects`: prefix of the default scopes. */
  id: string
  title: string
  version: string
  /** The team that answers for it. */
  owner: string
  /** `stable` unless given. */
  stability?: Stability
  /** What a model should know before it picks a tool; at most 1,000 characters. */
  instructions: string
  tools: readonly ToolDefinition<Services>[]
  /** Tools that come and go while it runs; the same objects until one changes, and `changes.toolsChanged()` after that. They name their scopes. */
  moreTools?(services: Services): readonly ToolDefinition<Services>[]
  resources: readonly ResourceDefinition<Services>[]
  prompts: readonly PromptDefinition<Services>[]
  open(deps: { dataDir: DataDir; log: Logger; changes: Changes }): Promise<Opened<Services>> | Opened<Services>
}

/** Completes the declaration: default scopes by effect, unique names. */
export function defineDomainServer<Services>(server: DomainServer<Services>): DomainServer<Services> {
  const names = server.tools.map((tool) => tool.name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice) throw new Error(`Cannot define domain server "${server.id}": two tools named "${twice}"`)
  const read = [`${server.id}.read`]
  return {
    ...server,
    tools: server.tools.map((tool) => ({
      ...tool,
      scopes: tool.scopes.length > 0 ? tool.scopes : tool.effect === 'read' ? read : [`${server.id}.write`],
    })),
    resources: server.resources.map((resource) => ({
      ...resource,
      scopes: resource.scopes.length > 0 ? resource.scopes : read,
    })),
    prompts: server.prompts.map((prompt) => ({ ...prompt, scopes: prompt.scopes.length > 0 ? prompt.scopes : read })),
  }
}
