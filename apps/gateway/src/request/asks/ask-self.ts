/** The approval of a call by whoever its agent works for: a form in the client, in both eras. */

import { GatewayError } from '../../errors.ts'
import type { Gateway } from '../../gateway.ts'
import type { StoredApproval } from '../../store/approvals.ts'
import { isObject } from '../../wire/envelope.ts'
import { cancellationKey } from '../cancel.ts'
import type { Reply } from '../reply.ts'
import type { Decided } from '../route.ts'
import { declaredCapabilities } from './ask-rules.ts'
import type { Ask } from './asks.ts'
import { inputResponses, inputResult } from './input-required.ts'
import { PARKED_MS } from './parked-runs.ts'

/** Names the question among the input requests of a result. */
const QUESTION = 'approval'
/** Longest arguments in the question, characters. */
const MAX_ARGUMENTS_CHARACTERS = 2_000
const SCHEMA = {
  type: 'object',
  properties: {
    approve: { type: 'boolean', title: 'Approve this call', description: 'Once, with exactly these arguments' },
  },
  required: ['approve'],
}

/** Whether the client can show a form to its user (Client Features, Elicitation, Capabilities). */
export function canAskSelf({ inbound }: Decided, reply: Reply): boolean {
  const { elicitation } = declaredCapabilities(inbound)
  const hasForms = isObject(elicitation) && (elicitation.form !== undefined || elicitation.url === undefined)
  return hasForms && (inbound.era === 'modern' || reply.canStream)
}

/** The question as a modern client gets it: the result of its call. */
export function selfQuestion(approval: StoredApproval, stateText: string): string {
  return inputResult(new Map([[QUESTION, askOf(approval)]]), stateText)
}

/** What a modern client's next request answers; `undefined` when it does not. */
export function selfAnswer({ inbound }: Decided): boolean | undefined {
  const { text, paramMembers } = inbound.message
  return isApproved(inputResponses(text, paramMembers).get(QUESTION))
}

/**
 * Asks a legacy client on the stream of its call.
 * @returns `undefined` when nobody answered
 * @throws GatewayError call_cancelled
 */
export async function askSelf(
  approval: StoredApproval,
  { inbound, caller, exchange }: Decided,
  { gateway, reply }: { gateway: Gateway; reply: Reply },
): Promise<boolean | undefined> {
  const session = inbound.session?.number
  const ending = new AbortController()
  const cancelled = new GatewayError('call_cancelled', 'Cannot finish the call: the client cancelled it')
  const leave = () => ending.abort()
  const timer = setTimeout(leave, PARKED_MS)
  const key = session && cancellationKey(caller.id, session, inbound.message.idText as string)
  if (key) gateway.cancellable.set(key, () => ending.abort(cancelled))
  exchange.response.once('close', leave)
  try {
    const answer = await gateway.asks.ask(askOf(approval), { reply, caller, session, signal: ending.signal })
    return 'result' in answer ? isApproved(answer.result) : undefined
  } catch {
    if (ending.signal.reason === cancelled) throw cancelled
    return undefined
  } finally {
    clearTimeout(timer)
    exchange.response.removeListener('close', leave)
    if (key) gateway.cancellable.delete(key)
  }
}

function askOf({ agent, tool, argumentsShown }: StoredApproval): Ask {
  const args =
    argumentsShown.length > MAX_ARGUMENTS_CHARACTERS
      ? `${argumentsShown.slice(0, MAX_ARGUMENTS_CHARACTERS)}…`
      : argumentsShown
  const message = `The agent ${agent} wants to call ${tool} with ${args}. Approve this call?`
  return { method: 'elicitation/create', params: JSON.stringify({ mode: 'form', message, requestedSchema: SCHEMA }) }
}

function isApproved(result: string | undefined): boolean | undefined {
  if (result === undefined) return undefined
  const { action, content } = JSON.parse(result) as { action?: unknown; content?: unknown }
  return action === 'accept' && isObject(content) && content.approve === true
}
