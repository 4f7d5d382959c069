/** Line 1, one call from top to bottom: receive → authenticate → admit → read → view → resolve → decide → route → forward → reply → record. */
import { GatewayError, toGatewayError } from '../errors.ts'
import type { Gateway } from '../gateway.ts'
import { admit } from './admit.ts'
import { answerLocally } from './answer-locally.ts'
import { authenticate } from './authenticate.ts'
import type { Caller } from './caller.ts'
import { cancel } from './cancel.ts'
import { decideCall } from './decide.ts'
import { forward } from './forward.ts'
import { openLegacyStream } from './listen.ts'
import { type Inbound, openSession, read } from './read.ts'
import { type Exchange, receive } from './receive.ts'
import { record, type Trail } from './record.ts'
import { createReply, type Reply } from './reply.ts'
import { resolve } from './resolve.ts'
import { route } from './route.ts'
import { watchWanted } from './subscribe.ts'
import { type View, viewOf } from './view.ts'

/** A request on an MCP route, before anything is known of it. */
export type Arrival = Pick<Exchange, 'request' | 'response' | 'route' | 'requestId'>

/** Serves one request. Never throws: every way out is a reply and a record. */
export async function serveRequest(arrival: Arrival, gateway: Gateway): Promise<void> {
  const trail: Trail = {}
  let exchange: Exchange | undefined
  let reply = createReply(arrival, () => false)
  let leave: ReturnType<typeof admit> | undefined
  try {
    exchange = receive(arrival, gateway.edge)
    reply = createReply(exchange, () => trail.inbound?.era === 'modern')
    trail.caller = authenticate(exchange, gateway)
    leave = admit(gateway.admission)
    await serveCaller({ exchange, reply, trail, caller: trail.caller, gateway })
  } catch (thrown) {
    trail.error = toGatewayError(thrown)
    reply.fail(trail.error, trail.inbound?.message.idText ?? (thrown as { idText?: string }).idText ?? null)
  }
  leave?.(arrival.response)
  record(exchange ?? arrival, trail, { gateway, reply })
}

/** One request of a known caller on its way through the line. */
export interface Serving {
  exchange: Exchange
  reply: Reply
  trail: Trail
  caller: Caller
  gateway: Gateway
}

async function serveCaller(serving: Serving): Promise<void> {
  const { exchange, reply, trail, caller, gateway } = serving
  if (exchange.request.method !== 'POST') {
    serveSession(serving)
    return
  }
  const inbound = await read(exchange, caller, gateway.sessions)
  trail.inbound = inbound
  const view = visibleView(caller, exchange, gateway)
  if (inbound.message.kind === 'request') await serveMessage(serving, inbound, view)
  else {
    if (inbound.message.kind === 'response') gateway.asks.answer(inbound, caller)
    else if (inbound.message.method === 'notifications/cancelled') cancel(inbound, caller, gateway)
    reply.empty(202)
  }
}

/** GET and DELETE are the legacy era's: the event stream, and the end of a session. */
function serveSession({ exchange, reply, caller, gateway }: Serving): void {
  const session = openSession(exchange, caller, gateway.sessions)
  const view = visibleView(caller, exchange, gateway)
  if (exchange.request.method === 'GET') {
    openLegacyStream({ exchange, caller, view, gateway, session })
    return
  }
  if (!session) throw new GatewayError('http_method_not_allowed', 'Cannot end a session: the request names none')
  gateway.sessions.end(session.number)
  gateway.subscriptions.endSession(session.number)
  void watchWanted(gateway)
  reply.empty(204)
}

async function serveMessage(serving: Serving, inbound: Inbound, view: View): Promise<void> {
  const { exchange, reply, trail, caller, gateway } = serving
  if (await answerLocally(serving, inbound, view)) {
    trail.outcome = 'result'
    return
  }
  const target = resolve(inbound, view, { caller, taskIds: gateway.taskIds })
  trail.target = target
  const decision = decideCall(target, view)
  trail.decision = decision
  const decided = { exchange, caller, inbound, view, target, decision }
  const answer = await forward(await route(decided, gateway), decided, { gateway, reply })
  trail.outcome = answer.outcome
  reply.answer(answer.status, answer.text)
}

// An upstream that is unknown and one of which the caller may see nothing answer alike.
function visibleView(caller: Caller, { route: upstream }: Exchange, gateway: Gateway): View {
  const view = viewOf(gateway.catalog.current, caller.policy, upstream)
  if (upstream !== undefined && view.isEmpty)
    throw new GatewayError('unknown_route', `Cannot serve /s/${upstream}/mcp: no such upstream`)
  return view
}
