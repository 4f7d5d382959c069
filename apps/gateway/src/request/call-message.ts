/** What the gateway says to a domain server of a call, beside the call itself, and what of the answer's word about it goes on to the agent. */
import { randomUUID } from 'node:crypto'
import { CONTEXT_LIFE_MS, ContextValues, type ToolRequest, ToolResponse } from '@causeway/shared-contracts/call-message'
import { CALL_META_KEY, CONTEXT_META_KEY } from '@causeway/shared-contracts/wire-names'
import type { Gateway } from '../gateway.ts'
import { invalid, type UpstreamAnswer } from '../upstream/answer.ts'
import { isObject } from '../wire/envelope.ts'
import type { Caller } from './caller.ts'
import type { Decided } from './route.ts'

/** One message, as it is sent. */
export interface CallMessage {
  id: string
  /** JSON text of the request's `_meta["causeway/call"]`. */
  text: string
  usesContext: boolean
}

/** What a sealed context holds. */
interface KeptContext {
  values: ContextValues
  expiresAtMs: number
}

/** The message for a call of a tool that speaks these contracts; none for any other. */
export function callMessageFor(decided: Decided, gateway: Gateway): CallMessage | undefined {
  const { inbound, target, caller, exchange } = decided
  const { messages } = target.entry
  if (!messages || inbound.message.method !== 'tools/call') return undefined
  const context = messages.usesContext
    ? openContext(inbound.message.meta[CONTEXT_META_KEY], caller, gateway)
    : undefined
  const id = randomUUID()
  const carried = context ? `,"context":${JSON.stringify(context)}` : ''
  const own = `"messageId":"${id}","correlationId":${JSON.stringify(exchange.requestId)}${carried}`
  const of = callerText(caller, gateway.resource.identifierOf(exchange.route))
  return { id, text: `{${of},${own}}`, usesContext: messages.usesContext }
}

const MAX_REMEMBERED = 1_000
const remembered = new Map<string, string>()

// The same in every call of a caller at one place, and writing it is most of the work.
function callerText({ agent, user, id }: Caller, origin: string): string {
  const key = `${origin} ${id}`
  const known = remembered.get(key)
  if (known !== undefined) return known
  const constant: Pick<ToolRequest, 'type' | 'agent' | 'user' | 'origin'> = {
    type: 'toolRequest',
    agent,
    ...(user === undefined ? {} : { user }),
    origin,
  }
  const text = JSON.stringify(constant).slice(1, -1)
  if (remembered.size >= MAX_REMEMBERED) remembered.clear()
  remembered.set(key, text)
  return text
}

/**
 * JSON text of the context that the agent is to bring along from now on; `undefined` where the answer says nothing of it.
 * @throws GatewayError upstream_invalid when the answer is to another message
 */
export function contextAfter(
  { result }: UpstreamAnswer,
  message: CallMessage,
  { caller, target, gateway }: { caller: Caller; target: Decided['target']; gateway: Gateway },
): string | undefined {
  const said = isObject(result?._meta) ? result._meta[CALL_META_KEY] : undefined
  if (said === undefined) return undefined
  const reply = ToolResponse.safeParse(said)
  if (!reply.success || reply.data.inReplyTo !== message.id)
    throw invalid(target.entry.upstream, 'what it says of its answer is no answer to this message')
  const update = reply.data.contextUpdate
  if (!update) return undefined
  if (!message.usesContext) throw invalid(target.entry.upstream, 'it changes a context that it has not asked for')
  if (update.values === null) return 'null'
  const kept: KeptContext = { values: update.values, expiresAtMs: Date.now() + (update.ttlMs ?? CONTEXT_LIFE_MS) }
  return JSON.stringify(gateway.contexts.seal(kept, boundTo(caller)))
}

// An agent that brings what is not its own, or no longer counts, has none: a call is not lost for it.
function openContext(token: unknown, caller: Caller, { contexts }: Gateway): ContextValues | undefined {
  const kept =
    typeof token === 'string' ? (contexts.open(token, boundTo(caller)) as KeptContext | undefined) : undefined
  return kept && kept.expiresAtMs > Date.now() ? ContextValues.parse(kept.values) : undefined
}

function boundTo(caller: Caller): string {
  return JSON.stringify(['context', caller.id])
}
