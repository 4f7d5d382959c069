/** The `limit` step: what a call takes of its agent's share, once it is known to be one, and of the share in a tool that may write. */
import type { Limits } from '../limit/limits.ts'
import type { Caller } from './caller.ts'
import type { Serving } from './pipeline.ts'
import type { Target } from './targets/target.ts'

/** What is read or run. All else that goes to an upstream belongs to something longer and comes often: polling a task, completing what a person types. */
const CALLS = new Set(['tools/call', 'prompts/get', 'resources/read', 'skills/get', 'resources/directory/read'])
const SMALL = 0.1

/** What a request for an upstream takes of a budget, in calls. */
export function callCost(method: string): number {
  return CALLS.has(method) ? 1 : SMALL
}

/**
 * Takes a place among the agent's calls, and spends from its budget and its user's.
 * @throws GatewayError rate_limited
 */
export function limitCall(serving: Serving, method: string): void | Promise<void> {
  const { caller, share } = serving
  const { limits } = serving.gateway
  const { concurrency } = share.limits
  if (concurrency > 0 && share.calls >= concurrency) {
    const message = `Cannot make the call: ${concurrency} calls of this agent are under way, and it may have no more at a time`
    throw limits.refuse(caller, { scope: 'concurrency', message })
  }
  share.calls++
  serving.leave = share.leaveCall
  return limits.spendCall(caller, callCost(method))
}

/**
 * Spends from the agent's budget for this tool, if it may write; what nobody said of a tool is that it does.
 * @throws GatewayError rate_limited
 */
export function limitWrite(
  method: string,
  target: Target,
  on: { caller: Caller; limits: Limits },
): void | Promise<void> {
  const { entry, name } = target
  if (method !== 'tools/call' || entry.facts.effect === 'read') return
  return on.limits.spendWrite(on.caller, { upstream: entry.upstream, originalName: entry.originalName, name })
}
