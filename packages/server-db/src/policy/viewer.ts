/** Who looks at a source: the one role that decides what is seen, and the names that row filters may compare with. */
import type { Role } from './source-policy.ts'

/** Made from the verified caller, never from arguments. */
export interface Viewer {
  role: Role
  /** The agent's name. */
  agent: string
  /** The user whom the agent acts for, if any. */
  user: string | null
}

/** Equal for viewers who see the same of every source. */
export function viewerKey({ role, agent, user }: Viewer): string {
  return JSON.stringify([role, agent, user])
}
