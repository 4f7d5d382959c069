/** The caller of one tool call as a domain server sees it: who, in which roles, with which scopes. */

export interface Caller {
  /** The agent's name. */
  agent: string
  /** The user the agent acts for, if any. */
  user?: string
  roles: readonly string[]
  /** Scopes the caller holds here; `all` without a gateway that grants them. */
  scopes: readonly string[] | 'all'
}

/** A stable key for what belongs to one caller alone: cursors, confirmations, exports. */
export function callerKey(caller: Caller): string {
  return JSON.stringify([caller.agent, caller.user ?? null])
}

/** The scopes of `required` that the caller does not hold. */
export function missingScopes(caller: Caller, required: readonly string[]): string[] {
  const { scopes } = caller
  return scopes === 'all' ? [] : required.filter((scope) => !scopes.includes(scope))
}
