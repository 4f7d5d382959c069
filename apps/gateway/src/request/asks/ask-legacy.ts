/** Asks of an upstream put to a legacy agent: as they come from a legacy upstream, or all of one round from a modern one. */
import { randomUUID } from 'node:crypto'
import { GatewayError } from '../../errors.ts'
import type { Gateway } from '../../gateway.ts'
import type { UpstreamAnswer } from '../../upstream/answer.ts'
import { toAbortSignal } from '../../upstream/call-signal.ts'
import { type Sending, send } from '../sending.ts'
import { labelledAsk, reasonAgainst, withElicitationId } from './ask-rules.ts'
import { type Ask, type AskAnswer, refusedAsk } from './asks.ts'
import { neededInput, nextRound } from './input-required.ts'
import { PARKED_MS } from './parked-runs.ts'

/** Rounds in which one request of a modern upstream may ask. */
const MAX_ROUNDS = 10

/**
 * Puts one ask to the agent; the call's time stands still meanwhile, but not for ever, and not for a client that has gone.
 * @param round ends the waiting when another ask of the same round failed
 */
export async function askLegacy(
  ask: Ask,
  sending: Sending,
  on: { gateway: Gateway; round?: AbortSignal },
): Promise<AskAnswer> {
  const { decided, routed, reply } = sending.round
  const { config } = routed.upstream
  const { response } = decided.exchange
  const reason =
    reasonAgainst(ask.method, decided.inbound, config) ??
    (reply.canStream ? undefined : 'it reads no event stream') ??
    (response.destroyed ? 'it has closed its stream' : undefined)
  if (reason) return refusedAsk(reason)
  const gone = new AbortController()
  const leave = () => gone.abort()
  const timer = setTimeout(leave, PARKED_MS)
  response.once('close', leave)
  sending.deadline.pause()
  try {
    const signals = [toAbortSignal(sending.deadline.signal), gone.signal, ...(on.round ? [on.round] : [])]
    const session = decided.inbound.session?.number
    const shown = withElicitationId(labelledAsk(ask, config.title))
    return await on.gateway.asks.ask(shown, {
      reply,
      caller: decided.caller,
      session,
      signal: AbortSignal.any(signals),
    })
  } catch (error) {
    if (gone.signal.aborted) return refusedAsk('it closed its stream, or did not answer in time')
    throw error
  } finally {
    clearTimeout(timer)
    response.removeListener('close', leave)
    sending.deadline.resume()
  }
}

/**
 * Sends a call of a legacy agent to a modern upstream, asking what it needs and sending it again with the answers, until it is complete.
 * @throws GatewayError upstream_* | input_unsupported …
 */
export async function sendInRounds(sending: Sending, gateway: Gateway): Promise<UpstreamAnswer> {
  const { routed } = sending.round
  let request: { params: string; idText?: string } = { params: routed.params }
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const answer = await send(sending, request, (ask) => askLegacy(ask, sending, { gateway }))
    const needed = neededInput(answer, routed.upstream.id)
    if (!needed) return answer
    const params = nextRound(routed.params, await askRound(needed.asks, sending, gateway), needed.requestState)
    // To the upstream each round is a request of its own, which the specification wants under an id of its own.
    request = { params, idText: `"causeway-${randomUUID()}"` }
  }
  throw new GatewayError(
    'input_unsupported',
    `Cannot finish the call to upstream "${routed.upstream.id}": it asked in more than ${MAX_ROUNDS} rounds`,
    { upstream: routed.upstream.id },
  )
}

/** Asks everything of one round at once; when one cannot be answered, the others need not be. */
async function askRound(
  asks: ReadonlyMap<string, Ask>,
  sending: Sending,
  gateway: Gateway,
): Promise<ReadonlyMap<string, AskAnswer>> {
  const round = new AbortController()
  const ask = async ([key, each]: [string, Ask]) =>
    [key, await askNeeded(each, sending, { gateway, round: round.signal })] as const
  try {
    return new Map(await Promise.all([...asks].map(ask)))
  } catch (error) {
    round.abort(error)
    throw error
  }
}

async function askNeeded(ask: Ask, sending: Sending, on: { gateway: Gateway; round: AbortSignal }): Promise<AskAnswer> {
  const answer = await askLegacy(ask, sending, on)
  // A question that was not answered has a word for it in the protocol; the other asks have none.
  if ('result' in answer || ask.method === 'elicitation/create') return answer
  const { upstream } = sending.round.routed
  throw new GatewayError(
    'input_unsupported',
    `Cannot finish the call to upstream "${upstream.id}": the client did not answer ${ask.method}`,
    { upstream: upstream.id, cause: answer.error },
  )
}
