/** The proven identity of one request, with the policy that applies to it. */
import type { AgentPolicy } from '../policy/compile.ts'

export interface Caller {
  agent: string
  /** `null` for the anonymous agent. */
  keyId: string | null
  roles: readonly string[]
  policy: AgentPolicy
  /** When the credential ends, ms since the epoch; streams end with it. */
  expiresAtMs: number
}
