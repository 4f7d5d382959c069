/** One call on its way, whatever rounds it takes: its time, who can cancel it, and what of it is relayed to the agent's present stream. */
import type { Gateway } from '../gateway.ts'
import type { UpstreamAnswer } from '../upstream/answer.ts'
import { CallTimer } from '../upstream/call-timer.ts'
import type { Ask, AskAnswer } from './asks/asks.ts'
import { type Deadline, startDeadline } from './deadline.ts'
import type { Trail } from './record.ts'
import { relay } from './relay.ts'
import type { Reply } from './reply.ts'
import type { Decided, Routed } from './route.ts'

/** The round of the agent that the call belongs to now. */
export interface Round {
  decided: Decided
  routed: Routed
  reply: Reply
  trail: Trail
}

export interface Sending {
  readonly deadline: Deadline
  readonly timer: CallTimer
  /** The present round; a modern agent that comes back brings another. */
  round: Round
}

/** Starts the time of a call; the agent's going away ends it. */
export function startSending(round: Round): Sending {
  const { upstream } = round.routed
  const deadline = startDeadline(upstream.id, round.decided.target.entry.timeoutMs)
  round.reply.onDisconnect(deadline.cancel)
  return { deadline, timer: new CallTimer(round.trail), round }
}

/** Lets the agent's next request take over. */
export function continueSending(sending: Sending, round: Round): void {
  sending.round = round
  sending.timer.into = round.trail
  round.reply.onDisconnect(sending.deadline.cancel)
}

/**
 * Sends one request to the upstream.
 * @param sent its parameters and, unless it is the agent's own, its id; both JSON text
 * @throws GatewayError upstream_* | result_too_large | call_cancelled
 */
export function send(
  sending: Sending,
  { params, idText }: { params: string; idText?: string },
  onRequest: (ask: Ask) => Promise<AskAnswer>,
): Promise<UpstreamAnswer> {
  const { routed, decided } = sending.round
  const { message } = decided.inbound
  return routed.upstream.call(routed.connection, {
    method: message.method,
    params,
    idText: idText ?? (message.idText as string),
    headers: routed.headers,
    credential: routed.credential,
    renewCredential: routed.renewCredential,
    sessionKey: routed.sessionKey,
    capabilities: routed.capabilities,
    logLevel: routed.logLevel,
    progressToken: routed.progressToken,
    agent: decided.caller.agent,
    signal: sending.deadline.signal,
    timer: sending.timer,
    maxBytes: routed.upstream.config.maxResultBytes,
    onRequest,
    onNotification: (text, method) => relay(text, method, sending),
  })
}

/** Lets a legacy client cancel the call by message for as long as `work` takes. */
export async function cancellable<T>(
  key: string | undefined,
  sending: Sending,
  on: { gateway: Gateway; work: Promise<T> },
): Promise<T> {
  if (key) on.gateway.cancellable.set(key, sending.deadline.cancel)
  try {
    return await on.work
  } finally {
    if (key) on.gateway.cancellable.delete(key)
  }
}
