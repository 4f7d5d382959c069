/** The agents that a policy is held against: those of one or more files, and those of the store. */
import type { Config } from '../config/schema.ts'
import type { KnownAgent } from '../policy/check-policy.ts'
import type { Store } from '../store/open-store.ts'
import { listAgents } from './agent-directory.ts'

/** All of them once; a glob of the file stands for the agents it is about. */
export function knownAgents(configs: readonly Config[], store: Store | undefined): KnownAgent[] {
  const stored = new Map(store?.agents.list().map(({ name, roles }) => [name, roles]))
  const names = new Set(configs.flatMap((config) => listAgents(config, store).map(({ agent }) => agent)))
  const anonymous = configs.flatMap(({ auth }) => (auth.anonymous === null ? [] : [auth.anonymous]))
  return [...new Set([...names, ...anonymous])].map((name) => ({ name, roles: stored.get(name) ?? [] }))
}
