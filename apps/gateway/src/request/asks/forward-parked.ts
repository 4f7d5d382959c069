/** A modern agent's call to a legacy upstream: what the upstream asks parks the exchange, and the agent's retry resumes it. */
import { GatewayError } from '../../errors.ts'
import type { Gateway } from '../../gateway.ts'
import type { UpstreamAnswer } from '../../upstream/answer.ts'
import { continueSending, type Round, type Sending, send, startSending } from '../sending.ts'
import { labelledAsk, reasonAgainst } from './ask-rules.ts'
import { type Ask, type AskAnswer, refusedAsk } from './asks.ts'
import { inputResponses, inputResult } from './input-required.ts'
import type { Parked } from './parked-runs.ts'
import { requestDigest } from './request-digest.ts'
import { type OpenAsk, Run, type RunEvent } from './run.ts'

/** A call that waits for its agent. */
export interface ParkedCall extends Parked {
  run: Run
  sending: Sending
}

/**
 * Starts the call, or goes on with the one that the request's state names.
 * @returns the upstream's answer, or the result that asks the agent, as JSON text
 * @throws GatewayError upstream_* | invalid_state | exchange_lost …
 */
export async function forwardParked(
  round: Round,
  gateway: Gateway,
): Promise<{ answer: UpstreamAnswer } | { input: string }> {
  const { inbound, caller } = round.decided
  const state = inbound.message.params.requestState
  // Only a call that is parked or taken up again needs it.
  const digest = () => requestDigest(inbound.message)
  if (state !== undefined && typeof state !== 'string')
    throw new GatewayError('invalid_state', 'Cannot go on with the request: its requestState is not a string')
  const call = state === undefined ? start(round) : resume(gateway.parked.take(state, caller, digest()), round)
  const event = await nextOf(call, () => gateway.parked.hasRoom(caller))
  if ('answer' in event) return event
  call.sending.deadline.pause()
  const requestState = gateway.parked.park(call, caller, digest())
  return { input: inputResult(asksOf(event.asks), JSON.stringify(requestState)) }
}

// Whether there is room is asked right before a place is taken: of calls that ask at the same time, each would find the last one free.
async function nextOf({ run, sending }: ParkedCall, hasRoom: () => boolean): Promise<RunEvent> {
  try {
    let event = await run.next()
    while ('asks' in event && !hasRoom()) {
      for (const { key } of event.asks) run.resolve(key, refusedAsk('too many of its calls wait already'))
      event = await run.next()
    }
    if ('answer' in event) sending.deadline.stop()
    return event
  } catch (error) {
    sending.deadline.stop()
    throw error
  }
}

function start(round: Round): ParkedCall {
  const sending = startSending(round)
  const run = new Run((takeAsk) =>
    send(sending, round.routed, async (ask): Promise<AskAnswer> => {
      const { inbound } = sending.round.decided
      const { config } = sending.round.routed.upstream
      const reason = reasonAgainst(ask.method, inbound, config)
      return reason ? refusedAsk(reason) : takeAsk(labelledAsk(ask, config.title))
    }),
  )
  return { run, sending, expire: sending.deadline.cancel }
}

function resume(call: ParkedCall, round: Round): ParkedCall {
  const { message } = round.decided.inbound
  call.sending.deadline.resume()
  continueSending(call.sending, round)
  for (const [key, result] of inputResponses(message.text, message.paramMembers)) call.run.resolve(key, { result })
  return call
}

function asksOf(asks: readonly OpenAsk[]): ReadonlyMap<string, Ask> {
  return new Map(asks.map(({ key, ask }) => [key, ask]))
}
