/** Asks of an upstream put to a legacy agent: as they come from a legacy upstream, or all of one round from a modern one. */
import { GatewayError } from '../errors.ts'
import type { Gateway } from '../gateway.ts'
import type { UpstreamAnswer } from '../upstream/answer.ts'
import { labelledAsk, reasonAgainst } from './ask-rules.ts'
import { type Ask, type AskAnswer, refusedAsk } from './asks.ts'
import { neededInput, nextRound } from './input-required.ts'
import { type Sending, send } from './sending.ts'

/** Rounds in which one request of a modern upstream may ask. */
const MAX_ROUNDS = 10

/** Puts one ask to the agent; the call's time stands still meanwhile. */
export async function askLegacy(ask: Ask, sending: Sending, gateway: Gateway): Promise<AskAnswer> {
  const { decided, routed, reply } = sending.round
  const { config } = routed.upstream
  const reason =
    reasonAgainst(ask.method, decided.inbound, config) ?? (reply.canStream ? undefined : 'it reads no event stream')
  if (reason) return refusedAsk(reason)
  sending.deadline.pause()
  try {
    const session = decided.inbound.session?.number
    return await gateway.asks.ask(labelledAsk(ask, config.title), {
      reply,
      caller: decided.caller,
      session,
      signal: sending.deadline.signal,
    })
  } finally {
    sending.deadline.resume()
  }
}

/**
 * Sends a call of a legacy agent to a modern upstream, asking what it needs and sending it again with the answers, until it is complete.
 * @throws GatewayError upstream_* | input_unsupported …
 */
export async function sendInRounds(sending: Sending, gateway: Gateway): Promise<UpstreamAnswer> {
  const { routed } = sending.round
  let params = routed.params
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const answer = await send(sending, params, (ask) => askLegacy(ask, sending, gateway))
    const needed = neededInput(answer)
    if (!needed) return answer
    const answers = await Promise.all(
      [...needed.asks].map(async ([key, ask]) => [key, await askNeeded(ask, sending, gateway)] as const),
    )
    params = nextRound(routed.params, new Map(answers), needed.requestState)
  }
  throw new GatewayError(
    'input_unsupported',
    `Cannot finish the call to upstream "${routed.upstream.id}": it asked in more than ${MAX_ROUNDS} rounds`,
    { upstream: routed.upstream.id },
  )
}

async function askNeeded(ask: Ask, sending: Sending, gateway: Gateway): Promise<AskAnswer> {
  const answer = await askLegacy(ask, sending, gateway)
  // A question that was not answered has a word for it in the protocol; the other asks have none.
  if ('result' in answer || ask.method === 'elicitation/create') return answer
  const { upstream } = sending.round.routed
  throw new GatewayError(
    'input_unsupported',
    `Cannot finish the call to upstream "${upstream.id}": the client did not answer ${ask.method}`,
    { upstream: upstream.id, cause: answer.error },
  )
}
