/** The `approve` step: a call that a rule wants a person to look at goes on once somebody has approved exactly this call. */

import type { CallToApprove, Standing } from '../approval/approvals.ts'
import { argumentsDigest } from '../approval/arguments-digest.ts'
import { SELF } from '../approval/decide-approval.ts'
import { shownArguments } from '../approval/shown-arguments.ts'
import { GatewayError } from '../errors.ts'
import type { FailureCode } from '../failures.ts'
import type { Gateway } from '../gateway.ts'
import type { StoredApproval } from '../store/approvals.ts'
import { openApproved, sealApproved, withInnerState } from './asks/approved-state.ts'
import { askSelf, canAskSelf, selfAnswer, selfQuestion } from './asks/ask-self.ts'
import { authenticateAgain } from './authenticate.ts'
import { argumentsTextOf, decideCall, readableArguments } from './decide.ts'
import type { Trail } from './record.ts'
import type { Reply } from './reply.ts'
import { resolve } from './resolve.ts'
import type { Decided } from './route.ts'
import { viewOf } from './view.ts'

/** After which time it makes sense to ask again, ms. */
const RETRY_MS = 10_000

/** An approval that lets a call through. */
export interface Approval {
  id: string
  /** Rounds of the call that were sent. */
  round: number
}

/** A call that may go on, or the result that asks its client. */
export type ApproveOutcome = { decided: Decided } | { input: string }

interface On {
  gateway: Gateway
  reply: Reply
  trail: Trail
}

/**
 * Finds the approval of the call, or asks for it.
 * @throws GatewayError approval_required | approval_pending | approval_rejected | policy_denied | invalid_state | call_cancelled
 */
export async function approve(decided: Decided, on: On): Promise<ApproveOutcome> {
  const state = openApproved(on.gateway.approvalStates, decided)
  if (!state) return stand(decided, on)
  on.trail.approvalId = state.id
  const restored = { ...decided, inbound: withInnerState(decided.inbound, state) }
  if (state.round > 0) {
    requireSameRule(state.id, decided, on.gateway)
    return { decided: { ...restored, approval: { id: state.id, round: state.round } } }
  }
  const isApproved = selfAnswer(decided)
  if (isApproved !== undefined) settleSelf(state.id, isApproved, decided, on)
  return stand(restored, on)
}

/**
 * Uses the approval up, on the disk, before anything of the call is sent: nothing that happens later can make it cover another one.
 * @throws GatewayError approval_required | approval_pending when another call was faster, invalid_state for a round that was sent before
 */
export function spendApproval(decided: Decided, { gateway, trail }: Omit<On, 'reply'>): void {
  const { approval } = decided
  if (!approval) return
  const { id, round } = approval
  if (round > 0) {
    if (gateway.approvals.goOn(id, round)) return
    throw new GatewayError('invalid_state', 'Cannot go on with the call: this round of it was sent before')
  }
  if (gateway.approvals.spend(id)) return
  const standing = gateway.approvals.standingOf(callOf(decided, gateway))
  throw waiting(standing.kind === 'approved' ? { ...standing, kind: 'pending' } : standing, decided, trail)
}

async function stand(decided: Decided, on: On): Promise<ApproveOutcome> {
  const { gateway, reply, trail } = on
  const standing = gateway.approvals.standingOf(callOf(decided, gateway))
  if (standing.kind === 'full' || standing.kind === 'rejected') throw waiting(standing, decided, trail)
  const { approval, kind } = standing
  trail.approvalId = approval.id
  if (kind === 'approved') return { decided: { ...decided, approval: { id: approval.id, round: 0 } } }
  if (!decided.decision.approvers?.includes(SELF) || !canAskSelf(decided, reply))
    throw waiting(standing, decided, trail)
  if (decided.inbound.era === 'modern') {
    const state = sealApproved(gateway.approvalStates, { id: approval.id, round: 0, inner: null }, decided)
    return { input: selfQuestion(approval, JSON.stringify(state)) }
  }
  const isApproved = await askSelf(approval, decided, { gateway, reply })
  if (isApproved === undefined) throw waiting({ kind: 'pending', approval }, decided, trail)
  settleSelf(approval.id, isApproved, decided, on)
  return decideAgain(decided, on)
}

// What one rule let somebody approve is not approved under another.
function requireSameRule(id: string, { decision }: Decided, { approvals }: Gateway): void {
  const approval = approvals.get(id)
  if (approval?.rule === decision.rule && approval?.approvers === approversText(decision)) return
  throw new GatewayError('invalid_state', 'Cannot go on with the call: its approval was of another rule')
}

function approversText({ approvers = [] }: Decided['decision']): string {
  return JSON.stringify(approvers)
}

function settleSelf(id: string, isApproved: boolean, { target }: Decided, { gateway }: On): void {
  gateway.approvals.decideSelf(id, isApproved)
  if (isApproved) return
  throw new GatewayError(
    'approval_rejected',
    `Cannot call tool ${JSON.stringify(target.name)}: the user has rejected it`,
    {
      tool: target.name,
      upstream: target.entry.upstream,
      data: { approvalId: id },
    },
  )
}

// Minutes may have gone by: credential, policy and catalog are looked at as they are now.
async function decideAgain(before: Decided, on: On): Promise<ApproveOutcome> {
  const { exchange, inbound } = before
  const { gateway } = on
  const caller = authenticateAgain(exchange, before.caller, gateway)
  const view = viewOf(gateway.catalog.current, caller.policy, exchange.route)
  const target = resolve(inbound, view, { caller, taskIds: gateway.taskIds })
  Object.assign(on.trail, { caller, target })
  const decision = decideCall(target, view, { caller, inbound, resource: gateway.resource, trail: on.trail })
  const decided = { ...before, caller, view, target, decision }
  return decision.effect === 'approve' ? stand(decided, on) : { decided }
}

function callOf({ caller, inbound, target, decision }: Decided, gateway: Gateway): CallToApprove {
  const { entry } = target
  const argumentsText = argumentsTextOf(inbound)
  readableArguments(argumentsText, target)
  return {
    caller: caller.id,
    agent: caller.agent,
    user: caller.user ?? null,
    tool: entry.publicName,
    upstream: entry.upstream,
    definitionHash: entry.hash ?? '',
    argumentsDigest: argumentsDigest(inbound.message, argumentsText),
    argumentsShown: shownArguments(argumentsText, gateway.audit.redactor.redact),
    rule: decision.rule ?? '',
    approvers: approversText(decision),
  }
}

const SAYS = {
  required: ['approval_required', 'a person has to approve this call first'],
  pending: ['approval_pending', 'it still waits for a person to approve it'],
  rejected: ['approval_rejected', 'a person has rejected this call'],
} as const satisfies Record<string, readonly [FailureCode, string]>

function waiting(standing: Standing, { target }: Decided, trail: Trail): GatewayError {
  const about = { tool: target.name, upstream: target.entry.upstream }
  const says = `Cannot call tool ${JSON.stringify(target.name)}:`
  if (standing.kind === 'full' || standing.kind === 'approved')
    return new GatewayError('approval_pending', `${says} too many calls of this agent wait for an approval already`, {
      ...about,
      retryAfterMs: RETRY_MS,
    })
  const { approval, kind } = standing
  trail.approvalId = approval.id
  const [code, why] = SAYS[kind]
  if (kind === 'rejected')
    return new GatewayError(code, `${says} ${why}`, {
      ...about,
      data: { approvalId: approval.id, reason: approval.reason },
    })
  return new GatewayError(code, `${says} ${why}`, { ...about, retryAfterMs: RETRY_MS, ...whereToDecide(approval) })
}

function whereToDecide({ id, expiresMs }: StoredApproval) {
  const decide = `causeway approvals approve ${id}`
  return {
    data: { approvalId: id, decide, expiresAt: new Date(expiresMs).toISOString() },
    hint: `Tell the user that a person has to approve this call: \`${decide}\`. Then repeat exactly the same call.`,
  }
}
