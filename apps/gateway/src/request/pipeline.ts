/** Line 1, one call from top to bottom: receive → authenticate → admit → read → view → limit → resolve → decide → approve → route → intend → forward → reply → record. */
import { GatewayError, toGatewayError } from '../errors.ts'
import type { Gateway } from '../gateway.ts'
import type { Share } from '../limit/shares.ts'
import { PhaseClock } from '../observe/phase-clock.ts'
import { resultText } from '../wire/jsonrpc.ts'
import { admit } from './admit.ts'
import { answerLocally } from './answer-locally.ts'
import { approve, spendApproval } from './approve.ts'
import { authenticate } from './authenticate.ts'
import type { Caller } from './caller.ts'
import { cancel, cancellationKey } from './cancel.ts'
import { decideCall } from './decide.ts'
import { forward } from './forward.ts'
import { intend } from './intend.ts'
import { limitCall, limitWrite } from './limit.ts'
import { type Inbound, openSession, read, readBody } from './read.ts'
import { type Exchange, receive } from './receive.ts'
import { record, type Trail } from './record.ts'
import { Reply } from './reply.ts'
import { resolve } from './resolve.ts'
import { type Decided, route } from './route.ts'
import { openLegacyStream } from './streams/open-legacy-stream.ts'
import { watchWanted } from './streams/subscribe.ts'
import { type View, viewOf } from './view.ts'

/** A request on an MCP route, before anything is known of it. */
export type Arrival = Pick<Exchange, 'request' | 'response' | 'route' | 'requestId'>

/** Serves one request. Never throws: every way out is a reply and a record. */
export async function serveRequest(arrival: Arrival, gateway: Gateway): Promise<void> {
  const { tracing } = gateway
  const trail: Trail = tracing.isOn ? { clock: new PhaseClock() } : {}
  const reply = new Reply(arrival)
  let exchange: Exchange | undefined
  let serving: Serving | undefined
  try {
    trail.clock?.enter('receive')
    exchange = receive(arrival, gateway.edge)
    reply.canStream = exchange.acceptsEvents
    trail.clock?.enter('authenticate')
    const proven = authenticate(exchange, gateway)
    trail.caller = proven instanceof Promise ? await proven : proven
    trail.clock?.enter('admit')
    const share = admit(exchange, trail.caller, gateway.limits)
    serving = { exchange, reply, trail, caller: trail.caller, gateway, share, leave: share.leave }
    trail.clock?.enter('read')
    if (exchange.request.method === 'POST') {
      const body = readBody(exchange)
      await serveMessage(serving, body instanceof Promise ? await body : body)
    } else serveSession(serving)
  } catch (thrown) {
    trail.error = toGatewayError(thrown)
    if (trail.error.code === 'upstream_overloaded') gateway.limits.count('upstream')
    trail.clock?.fail()
    trail.clock?.enter('reply')
    // Refused unread: a flood that waits for its answers is slower for it, and its Retry-After is longer anyway.
    if (trail.error.code === 'rate_limited' && !trail.inbound) await gateway.limits.hold()
    reply.fail(trail.error, trail.inbound?.message.idText ?? (thrown as { idText?: string }).idText ?? null)
  }
  if (serving) reply.whenOut(serving.leave)
  record(exchange ?? arrival, trail, { gateway, reply })
}

/** One request of a known caller on its way through the line. */
export interface Serving {
  exchange: Exchange
  reply: Reply
  trail: Trail
  caller: Caller
  gateway: Gateway
  /** What the agent holds. */
  share: Share
  /** Gives back what of it this request holds. */
  leave: () => void
}

/** A message is served without an `await` where nothing is waited for: each one costs a turn, and there were a dozen in a call. */
function serveMessage(serving: Serving, body: Buffer): void | Promise<void> {
  const { exchange, reply, trail, caller, gateway } = serving
  const inbound = read(body, { exchange, caller, sessions: gateway.sessions })
  trail.inbound = inbound
  trail.trace = gateway.tracing.traceOf(inbound.message.meta, exchange)
  trail.clock?.enter('view')
  reply.isModern = inbound.era === 'modern'
  const view = visibleView(caller, exchange, gateway)
  if (inbound.message.kind === 'request') return serveRequestOf(serving, inbound, view)
  if (inbound.message.kind === 'response') gateway.asks.answer(inbound, caller)
  else if (inbound.message.method === 'notifications/cancelled') cancel(inbound, caller, gateway)
  reply.empty(202)
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

async function serveRequestOf(serving: Serving, inbound: Inbound, view: View): Promise<void> {
  const { trail } = serving
  const answered = answerLocally(serving, inbound, view)
  if (answered !== false) {
    await answered
    trail.outcome = 'result'
    return
  }
  return inbound.session ? serveCancellable(serving, inbound, view) : serveCall(serving, inbound, view)
}

// Who cancels before anything is sent has nothing sent; from then on `forward` knows how to end the call.
async function serveCancellable(serving: Serving, inbound: Inbound, view: View): Promise<void> {
  const { reply, caller, gateway } = serving
  const session = inbound.session?.number as number
  const key = cancellationKey(caller.id, session, inbound.message.idText as string)
  gateway.cancellable.set(key, () => reply.giveUp())
  try {
    await serveCall(serving, inbound, view)
  } finally {
    gateway.cancellable.delete(key)
  }
}

async function serveCall(serving: Serving, inbound: Inbound, view: View): Promise<void> {
  const { exchange, reply, trail, caller, gateway } = serving
  trail.clock?.enter('limit')
  const limited = limitCall(serving, inbound.message.method)
  if (limited) await limited
  trail.clock?.enter('resolve')
  const target = resolve(inbound, view, { caller, taskIds: gateway.taskIds })
  trail.target = target
  trail.clock?.enter('decide')
  const decision = decideCall(target, view, { caller, inbound, resource: gateway.resource, trail })
  let decided: Decided = { exchange, caller, inbound, view, target, decision, trace: trail.trace }
  if (decision.effect === 'approve' && inbound.message.method === 'tools/call') {
    trail.clock?.enter('approve')
    const approved = await approve(decided, serving)
    if ('input' in approved) {
      reply.answer(200, resultText(inbound.message.idText as string, approved.input))
      trail.outcome = 'result'
      return
    }
    decided = approved.decided
  }
  const held = limitWrite(inbound.message.method, target, { caller, limits: gateway.limits })
  if (held) await held
  trail.clock?.enter('route')
  const routed = await route(decided, gateway)
  trail.clock?.enter('intend')
  const intended = intend(decided, trail, gateway)
  if (intended) await intended
  if (reply.isGivenUp) throw new GatewayError('call_cancelled', 'Cannot make the call: the client has given it up')
  // Not before the intent: what cannot be recorded is not run, and must not cost the approval.
  if (decided.approval) spendApproval(decided, serving)
  trail.clock?.enter('forward')
  const answer = await forward(routed, decided, { gateway, reply, trail })
  trail.outcome = answer.outcome
  trail.clock?.enter('reply')
  reply.answer(answer.status, answer.body ?? answer.text)
}

// An upstream that is unknown and one of which the caller may see nothing answer alike.
function visibleView(caller: Caller, { route: upstream }: Exchange, gateway: Gateway): View {
  const view = viewOf(gateway.catalog.current, caller.policy, upstream)
  if (upstream !== undefined && view.isEmpty)
    throw new GatewayError('unknown_route', `Cannot serve /s/${upstream}/mcp: no such upstream`)
  return view
}
