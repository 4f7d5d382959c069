/** What an upstream tells of a task, as its agent is told: under the agent's own id, and with what the task asks labeled and held against the upstream's `asks:`. */
import type { UpstreamConfig } from '../../config/upstream-config.ts'
import { membersOf, withMembers } from '../../wire/json-span.ts'
import { shownRequests } from '../asks/input-required.ts'
import type { Inbound } from '../read.ts'

/** Where the task stands in the message, and for whom it is. */
export interface Showing {
  member: 'result' | 'params'
  /** The agent's id for the upstream's. */
  idOf(taskId: string): string
  inbound: Inbound
  upstream: UpstreamConfig
  /** Members of it that change besides, as JSON text. */
  changes?: Readonly<Record<string, string>>
}

/**
 * The message's text with the task as the agent sees it; the same text when it tells of none.
 * @throws GatewayError input_unsupported when the task asks what its upstream may not ask
 */
export function shownTask(text: string, { member, idOf, inbound, upstream, changes = {} }: Showing): string {
  const top = membersOf(text, 0)
  const outer = top.findLast(({ key }) => key === member)
  if (!outer || text[outer.start] !== '{') return text
  const members = membersOf(text, outer.start)
  const idMember = members.findLast(({ key }) => key === 'taskId')
  const taskId: unknown = idMember && JSON.parse(text.slice(idMember.start, idMember.end))
  if (typeof taskId !== 'string') return text
  const inputRequests = shownRequests({ text, members }, { inbound, upstream })
  const shown = withMembers(text, members, {
    taskId: JSON.stringify(idOf(taskId)),
    ...(inputRequests === undefined ? {} : { inputRequests }),
    ...changes,
  })
  return withMembers(text, top, { [member]: shown })
}
