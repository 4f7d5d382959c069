/** The proven identity of one request, with the policy that applies to it. */
import type { AgentIdentity, TokenFacts } from '../identity/authenticate.ts'
import type { AgentPolicy } from '../policy/compile.ts'

export interface Caller {
  agent: string
  /** The user that the agent acts for, as the issuer names it. */
  user?: string
  /** What stands for the user in `id`. */
  userKey?: string
  /** Names the agent and the user together: whatever belongs to a caller is bound to this. */
  id: string
  /** Who acts as the agent, where somebody else does. */
  act?: string
  /** `null` for the anonymous agent. */
  keyId: string | null
  /** What proved it. */
  identity: AgentIdentity
  /** What its access token said of itself. */
  token?: TokenFacts
  roles: readonly string[]
  policy: AgentPolicy
  /** Of all rules and agents, for the record. */
  policyVersion: string
  /** When the credential ends, ms since the epoch; streams end with it. */
  expiresAtMs: number
}
