/** The `decide` step: one decision for this very call, before anything is sent. */
import { GatewayError } from '../errors.ts'
import type { ProtectedResource } from '../identity/protected-resource.ts'
import { type Decision, decide, isGranted } from '../policy/decide.ts'
import { type CallDecision, judge } from '../policy/judge.ts'
import { judgedArguments } from '../policy/judged-arguments.ts'
import type { Caller } from './caller.ts'
import { narrow } from './check-scopes.ts'
import type { Inbound } from './read.ts'
import type { Trail } from './record.ts'
import { type Target, unknownTarget } from './targets/target.ts'
import type { View } from './view.ts'

const NO_NAMES: ReadonlySet<string> = new Set()

/**
 * The decision that lets the caller use the target, whatever conditions have to say of a call. A concrete URI is judged
 * as itself, whatever its template is.
 * @throws GatewayError unknown_tool | unknown_prompt | unknown_resource, because what policy denies is not there for the caller
 */
export function decideTarget(target: Target, view: View): Decision {
  return allowed(decisionOn(target, view), target)
}

function decisionOn({ entry, name, seenBy }: Target, view: View): Decision {
  return seenBy ?? decide(view.policy, 'resource', { ...entry.facts, publicName: name, uri: name })
}

function allowed(decision: Decision, { entry, name, seenBy }: Target): Decision {
  if (!isGranted(decision)) throw unknownTarget(seenBy ? entry.kind : 'resources', name)
  return decision
}

/** What a call is decided on. */
export interface DecideOn {
  caller: Caller
  inbound: Inbound
  resource: ProtectedResource
  /** Learns of the decision, a denial too. */
  trail: Pick<Trail, 'decision'>
}

/**
 * The decision that allows this request. Conditions are judged by the arguments of each call, and of each round of one;
 * what is asked of a task goes by the call that became it.
 * @throws GatewayError policy_denied when a condition denies, insufficient_scope when the token does not carry what a rule grants, and all that {@link decideTarget} throws
 */
export function decideCall(target: Target, view: View, { caller, inbound, resource, trail }: DecideOn): Decision {
  const seen = decisionOn(target, view)
  trail.decision = seen
  const decision = narrow(allowed(seen, target), target, { view, caller, resource })
  trail.decision = decision
  if (!decision.conditional || inbound.message.method !== 'tools/call') return decision
  const { agent, roles, user } = caller
  const call = { agent, roles, user, argumentsText: argumentsTextOf(inbound), timeMs: Date.now() }
  const judged = judge(decision, target.entry.facts, call)
  trail.decision = judged
  if (!isGranted(judged)) throw deniedByCondition(judged, target)
  return judged
}

/**
 * Checks that a person who reads the arguments reads what every upstream would.
 * @throws GatewayError policy_denied
 */
export function readableArguments(argumentsText: string | undefined, target: Target): void {
  try {
    judgedArguments(argumentsText, NO_NAMES)
  } catch (cause) {
    throw new GatewayError(
      'policy_denied',
      `Cannot call tool ${JSON.stringify(target.name)}: nobody can approve it with these arguments`,
      { tool: target.name, upstream: target.entry.upstream, cause },
    )
  }
}

/** The text that is forwarded, and no other reading of it. */
export function argumentsTextOf({ message }: Inbound): string | undefined {
  const member = message.paramMembers.find(({ key }) => key === 'arguments')
  return member && message.text.slice(member.start, member.end)
}

function deniedByCondition({ rule, reason, isTold }: CallDecision, { name, entry }: Target): GatewayError {
  return new GatewayError(
    'policy_denied',
    `Cannot call tool ${JSON.stringify(name)}: the policy does not allow it with these arguments`,
    { tool: name, upstream: entry.upstream, ...(isTold ? { data: { rule } } : {}), cause: `rule "${rule}": ${reason}` },
  )
}
