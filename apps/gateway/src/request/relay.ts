/** What an upstream tells while it works on a call, as its agent hears it. */
import { withProgressToken } from '../upstream/with-progress-token.ts'
import { isObject } from '../wire/envelope.ts'
import { isLoudEnough } from '../wire/log-level.ts'
import type { Sending } from './sending.ts'

/** What the protocol has other ways for: none of it belongs to a call, and ids of tasks are not told as the upstream knows them. */
const NOT_OF_A_CALL = new Set([
  'notifications/cancelled',
  'notifications/initialized',
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
  'notifications/resources/updated',
  'notifications/roots/list_changed',
  'notifications/subscriptions/acknowledged',
  'notifications/tasks',
  'notifications/tasks/status',
  'notifications/tools/list_changed',
])

/** Passes a notification on to the agent, if it is for the agent to hear: what nobody here knows is between the two. */
export function relay(text: string, method: string, { deadline, round }: Sending): void {
  const { routed, decided, reply } = round
  if (method === 'notifications/progress') {
    deadline.extend()
    if (routed.agentProgressToken !== undefined) reply.event(withOwnToken(text, round))
  } else if (method === 'notifications/message') {
    // A modern client hears of logs only when it asked for them on this very request.
    if (decided.inbound.era === 'modern' && routed.logLevel === undefined) return
    if (isLoudEnough(paramsOf(text).level, routed.logLevel)) reply.event(text)
  } else if (method === 'notifications/elicitation/complete') {
    // The modern era has no word for it: there the agent's next request finds out.
    if (decided.inbound.era === 'legacy' && routed.upstream.config.asks.elicitation) reply.event(text)
  } else if (!NOT_OF_A_CALL.has(method)) {
    reply.event(paramsOf(text).progressToken === undefined ? text : withOwnToken(text, round))
  }
}

function withOwnToken(text: string, { routed }: Sending['round']): string {
  const { agentProgressToken, connection } = routed
  return connection.passesIds || agentProgressToken === undefined ? text : withProgressToken(text, agentProgressToken)
}

function paramsOf(notification: string): Record<string, unknown> {
  const { params } = JSON.parse(notification) as { params?: unknown }
  return isObject(params) ? params : {}
}
