/** All agents there are, whether the file names them, the store holds them, or only a key still does. */
import type { Config } from '../config/schema.ts'
import { compilePolicy } from '../policy/compile.ts'
import { compileGlob } from '../policy/glob.ts'
import type { StoredKey } from '../store/api-keys.ts'
import type { Store } from '../store/open-store.ts'

/** Whether a key works, and if not, why. */
export type KeyState = 'active' | 'expired' | 'revoked'

/** One agent with its keys. */
export interface ListedAgent {
  /** The name, or the glob of names that the file gives. */
  agent: string
  /** `file` agents are edited in the configuration; `none` are known by their keys alone. */
  source: 'file' | 'store' | 'none'
  roles: readonly string[]
  /** Whether it was taken out of service. */
  isRevoked: boolean
  /** Impersonation keys are left out: they live for one command. */
  keys: readonly StoredKey[]
}

/** Whether the file binds the agent's roles, by its name or a glob. */
export function isManagedByFile(config: Pick<Config, 'agents'>, agent: string): boolean {
  return managedByFile(config)(agent)
}

/** The same for many agents. */
export function managedByFile(config: Pick<Config, 'agents'>): (agent: string) => boolean {
  const globs = boundNames(config).map(compileGlob)
  return (agent) => globs.some((glob) => glob(agent))
}

// An entry of limits alone makes nobody known, and leaves roles to the store.
function boundNames({ agents }: Pick<Config, 'agents'>): string[] {
  return Object.entries(agents).flatMap(([name, { roles }]) => (roles === undefined ? [] : [name]))
}

/** All agents: those of the file in its order, then the others by name. */
export function listAgents(config: Pick<Config, 'agents' | 'rules'>, store: Store | undefined): ListedAgent[] {
  const { rolesOf } = compilePolicy(config)
  const keys = store?.apiKeys.list().filter((key) => key.origin !== 'impersonation') ?? []
  const stored = new Map(store?.agents.list().map((agent) => [agent.name, agent.roles]))
  const revoked = new Set(store?.revokedAgents.list().map(({ agent }) => agent))
  const others = [...stored.keys(), ...keys.map((key) => key.agent)].sort()
  const isManaged = managedByFile(config)
  const names = new Set([...boundNames(config), ...others])
  return [...names].map((agent) => ({
    agent,
    source: isManaged(agent) ? 'file' : stored.has(agent) ? 'store' : 'none',
    roles: agent.includes('*') ? (config.agents[agent]?.roles ?? []) : rolesOf(agent, stored.get(agent)),
    isRevoked: revoked.has(agent),
    keys: keys.filter((key) => key.agent === agent),
  }))
}

/** Whether the key works at `nowMs`. */
export function keyStateOf(key: StoredKey, nowMs: number): KeyState {
  if (key.revokedMs !== null) return 'revoked'
  return nowMs < key.expiresMs ? 'active' : 'expired'
}
