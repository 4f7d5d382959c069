/** Runs a request to the gateway with a credential: the caller's own, or a key that lives for the request alone. */
import { type BorrowedKey, borrowKey } from './borrow-key.ts'
import type { GatewayTarget } from './call-gateway.ts'
import { onlyAgent, requireAgent, widestAgent } from './choose-agent.ts'
import type { Workspace } from './workspace.ts'

/** Environment variable with the key to use when no agent is named. */
export const KEY_VARIABLE = 'CAUSEWAY_KEY'

/** Whose credential to use. */
export interface ActingOptions {
  /** The agent named with `--as`. */
  as?: string
  /** Whether the request changes nothing, so that an agent may be presumed. */
  onlyLooks: boolean
}

/**
 * Calls `work` with a credential: of `--as`, else from `CAUSEWAY_KEY`, else none where anonymous callers are served,
 * else of the only agent there is. A request that only looks prefers the agent that may call the most to the last two.
 */
export async function actAs<T>(
  workspace: Workspace,
  options: ActingOptions,
  work: (target: GatewayTarget) => Promise<T>,
): Promise<T> {
  const url = workspace.gatewayUrl()
  const key = workspace.terminal.env[KEY_VARIABLE]
  if (options.as === undefined && key) return work({ url, key })
  if (options.as === undefined && !options.onlyLooks && workspace.config.auth.anonymous !== null) return work({ url })
  const agent = chooseAgent(workspace, options)
  const borrowed: BorrowedKey = await borrowKey(workspace, agent)
  if (options.as === undefined) workspace.printer.note(`as ${agent}`)
  try {
    return await work({ url, key: borrowed.key })
  } finally {
    await borrowed.giveBack()
  }
}

function chooseAgent(workspace: Workspace, { as, onlyLooks }: ActingOptions): string {
  if (as !== undefined) return requireAgent(workspace, as)
  return onlyLooks ? widestAgent(workspace) : onlyAgent(workspace)
}
