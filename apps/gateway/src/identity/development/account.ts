/** Whom a person signs in as at the development issuer: one of the agents, for a user or for itself. */

/** What stands in a token as `agent` and `sub`. */
export interface Account {
  agent: string
  user: string
}

const USER = /^[^\p{Cc}\s]{1,64}$/u

/** One text for both; no agent's name has a space. */
export function accountIdOf({ agent, user }: Account): string {
  return `${agent} ${user}`
}

/** @param id {@link accountIdOf} an account */
export function accountOf(id: string): Account {
  const at = id.indexOf(' ')
  return { agent: id.slice(0, at), user: id.slice(at + 1) }
}

/** What a person typed, if it names somebody; without a user the agent acts for itself. */
export function readAccount(agent: string, user: string): Account | undefined {
  if (agent === '' || /\s/.test(agent) || (user !== '' && !USER.test(user))) return undefined
  return { agent, user: user === '' ? agent : user }
}
