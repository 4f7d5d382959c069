/** The `forward` step: sends the call in the way that its two eras need, and ends it in every case: answer, deadline, or cancellation. */
import type { Gateway } from '../gateway.ts'
import type { UpstreamAnswer } from '../upstream/answer.ts'
import { resultText } from '../wire/jsonrpc.ts'
import { type AgentAnswer, answerToAgent } from '../wire/to-agent.ts'
import { withApprovedState } from './asks/approved-state.ts'
import { askLegacy, sendInRounds } from './asks/ask-legacy.ts'
import { reasonAgainst } from './asks/ask-rules.ts'
import { forwardParked } from './asks/forward-parked.ts'
import { passedOnInput } from './asks/input-required.ts'
import { contextAfter } from './call-message.ts'
import { cancellationKey } from './cancel.ts'
import { checkResult } from './check-result.ts'
import type { Trail } from './record.ts'
import type { Reply } from './reply.ts'
import type { Decided, Routed } from './route.ts'
import { cancellable, type Round, send, startSending } from './sending.ts'
import { onlyVisible } from './targets/only-visible.ts'
import { shownTask } from './targets/shown-task.ts'

const RESULT = ['result']
const TASK_RESULT = ['result', 'result']

/** @throws GatewayError upstream_* | result_too_large | call_cancelled | input_unsupported | invalid_state | exchange_lost */
export function forward(
  routed: Routed,
  decided: Decided,
  on: { gateway: Gateway; reply: Reply; trail: Trail },
): Promise<AgentAnswer> {
  const round: Round = { routed, decided, reply: on.reply, trail: on.trail }
  const isModernUpstream = routed.connection.identity.era === 'modern'
  if (decided.inbound.era === 'legacy') return forwardLegacy(round, on.gateway, isModernUpstream)
  return isModernUpstream ? forwardModern(round, on.gateway) : forwardToLegacy(round, on.gateway)
}

async function forwardLegacy(round: Round, gateway: Gateway, isModernUpstream: boolean): Promise<AgentAnswer> {
  const { caller, inbound } = round.decided
  const sending = startSending(round)
  const work = isModernUpstream
    ? sendInRounds(sending, gateway)
    : send(sending, round.routed, (ask) => askLegacy(ask, sending, { gateway }))
  // Without a session two clients of one agent may use the same id, and cancelling the wrong call is worse than none.
  const key = inbound.session && cancellationKey(caller.id, inbound.session.number, inbound.message.idText as string)
  try {
    return finish(await cancellable(key, sending, { gateway, work }), round, gateway)
  } finally {
    sending.deadline.stop()
  }
}

async function forwardToLegacy(round: Round, gateway: Gateway): Promise<AgentAnswer> {
  const outcome = await forwardParked(round, gateway)
  return 'answer' in outcome ? finish(outcome.answer, round, gateway) : asInput(outcome.input, round, gateway)
}

async function forwardModern(round: Round, gateway: Gateway): Promise<AgentAnswer> {
  const sending = startSending(round)
  try {
    const answer = await send(sending, round.routed, async () => ({
      error: '{"code":-32601,"message":"Cannot ask: this revision asks by its results"}',
    }))
    const input = passedOnInput(answer, {
      upstream: round.routed.upstream.config,
      inbound: round.decided.inbound,
      seal: round.routed.sealState,
    })
    return input === undefined ? finish(asTask(answer, round), round, gateway) : asInput(input, round, gateway)
  } finally {
    sending.deadline.stop()
  }
}

// A call that became a task, and what is asked of one later, tell its id.
function asTask(answer: UpstreamAnswer, { decided, routed }: Round): UpstreamAnswer {
  const isTask = answer.result?.resultType === 'task' || decided.target.field === 'taskId'
  if (!answer.result || !isTask) return answer
  const showing = { idOf: routed.wrapTask, inbound: decided.inbound, upstream: routed.upstream.config }
  return { text: shownTask(answer.text, { ...showing, member: 'result' }), result: answer.result }
}

function asInput(input: string, { decided }: Round, { approvalStates: sealer }: Gateway): AgentAnswer {
  const { approval, inbound } = decided
  const result = approval ? withApprovedState(input, decided, { sealer, approval }) : input
  return { status: 200, text: resultText(inbound.message.idText as string, result), outcome: 'result' }
}

function finish(answer: UpstreamAnswer, round: Round, gateway: Gateway): AgentAnswer | Promise<AgentAnswer> {
  const { routed, decided, trail } = round
  if (routed.upstream.config.resultSchema === 'off') return toAgent(answer, round, gateway)
  const { target, exchange } = decided
  const isTask = target.field === 'taskId'
  const told = {
    text: answer.text,
    path: isTask ? TASK_RESULT : RESULT,
    result: isTask ? answer.result?.result : answer.result,
  }
  const { requestId } = exchange
  const checked = checkResult(told, { target, upstream: routed.upstream.config, gateway, requestId, trail })
  return checked ? checked.then(() => toAgent(answer, round, gateway)) : toAgent(answer, round, gateway)
}

function toAgent(answer: UpstreamAnswer, { decided, routed }: Round, gateway: Gateway): AgentAnswer {
  const { inbound, target, caller } = decided
  const { callMessage } = routed
  const { config } = routed.upstream
  return answerToAgent(onlyVisible(answer, decided), {
    upstream: routed.upstream.id,
    method: inbound.message.method,
    agentEra: inbound.era,
    upstreamEra: routed.connection.identity.era,
    idText: inbound.message.idText as string,
    passesIds: routed.connection.passesIds,
    hasBareOutput: target.entry.hasBareOutput,
    ...(answer.error && !reasonAgainst('elicitation/create', inbound, config) ? { linkTitle: config.title } : {}),
    context: callMessage && contextAfter(answer, callMessage, { caller, target, gateway }),
    deprecation: target.formerName === undefined ? undefined : `"${target.formerName}" is now called "${target.name}"`,
  })
}
