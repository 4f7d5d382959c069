/** The name under which a caller's acts are recorded. */
import type { Caller } from '@causeway/shared-contracts/caller'

/** The user the agent acts for, else the agent itself. */
export function callerName(caller: Caller): string {
  return caller.user ?? caller.agent
}
