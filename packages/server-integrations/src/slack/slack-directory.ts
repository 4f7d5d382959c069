/** The people of a Slack workspace: found by name or address, and named as authors of messages. */
import type { Connection } from '../connection/connection.ts'
import { isNotFound } from '../http/vendor-api.ts'
import type { VendorCall } from '../http/vendor-request.ts'
import type { Person } from '../shape/person.ts'
import type { SlackUser } from './slack-message.ts'
import { getUserByEmailRequest, listUsersRequest } from './slack-requests.ts'

const MAX_PAGES = 10
const KEPT_MS = 5 * 60_000

/** Opens the directory of one connection. */
export function openSlackDirectory({ call, accountKey }: Pick<Connection, 'call' | 'accountKey'>) {
  let kept: { users: SlackUser[]; account: string; untilMs: number } | undefined
  const all = async (by: VendorCall): Promise<SlackUser[]> => {
    const account = accountKey(by.caller)
    if (kept && kept.untilMs > Date.now() && kept.account === account) return kept.users
    const users: SlackUser[] = []
    let cursor: string | undefined
    for (let page = 0; page < MAX_PAGES; page++) {
      const found = await call(listUsersRequest(cursor), by)
      users.push(...found.members)
      cursor = found.response_metadata?.next_cursor || undefined
      if (!cursor) break
    }
    kept = { users, account, untilMs: Date.now() + KEPT_MS }
    return users
  }
  return {
    /** People whose names have all the words, or whose address it is; nobody who left. */
    async find(query: string, by: VendorCall): Promise<Person[]> {
      if (query.includes('@') && !query.startsWith('@')) return byEmail(call, query, by)
      const words = query.toLowerCase().replace(/^@/, '').split(/\s+/).filter(Boolean)
      const named = (await all(by)).filter(({ isGone, isBot }) => !isGone && !isBot)
      return named
        .filter(({ person }) =>
          words.every((word) => `${person.handle} ${person.name ?? ''}`.toLowerCase().includes(word)),
        )
        .map(({ person }) => person)
    },
    /** Everybody by id, or nobody when the app may not see them: a message without a name is better than none. */
    async byId(by: VendorCall): Promise<ReadonlyMap<string, Person>> {
      const users = await all(by).catch(() => [])
      return new Map(users.map(({ id, person }) => [id, withoutEmail(person)]))
    },
  }
}

async function byEmail(call: Connection['call'], email: string, by: VendorCall): Promise<Person[]> {
  try {
    return [(await call(getUserByEmailRequest(email), by)).user.person]
  } catch (error) {
    if (isNotFound(error)) return []
    throw error
  }
}

function withoutEmail({ email: _, ...person }: Person): Person {
  return person
}
