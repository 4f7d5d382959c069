/** The one decision: may these rules' agent use this definition? The list of an agent and each of its calls both ask here. */
import type { AgentPolicy, CompiledRule } from './compile.ts'
import { type Action, type Ask, askOf, type DefinitionFacts } from './definition-facts.ts'

/** The answer, with the rule that made it; no rule when none allowed. */
export interface Decision {
  /** `approve` is a call that a person has to approve first: it is listed like one that is allowed. */
  effect: 'allow' | 'approve' | 'deny'
  /** Id of the rule. */
  rule?: string
  /** `file:line` of the rule. */
  source?: string
  /** Roles of those who may approve, where the effect is `approve`. */
  approvers?: readonly string[]
  /** What a call of it is judged by beside, where rules about it have conditions. */
  conditional?: ConditionalRules
}

/** The rules whose conditions decide over a call; in order. */
export interface ConditionalRules {
  denies: readonly CompiledRule[]
  /** The first of these that is about the call sends it to a person; nothing follows one without a condition. */
  approves: readonly CompiledRule[]
  /** One of these must allow; empty where a rule without a condition does. */
  allows: readonly CompiledRule[]
  /** One of these must hold, whatever the others say; absent where that goes without saying. */
  grants?: readonly CompiledRule[]
}

/**
 * Denies beat approvals, approvals beat allows; nothing allowed, or anything wrong with the facts, is a deny. A condition hides nothing: it is judged
 * at the call.
 * @param carried the same definition with the facts by which rules may grant it; all that it is unless the caller's credential carries less
 */
export function decide(
  agentPolicy: AgentPolicy,
  action: Action,
  target: DefinitionFacts,
  carried: DefinitionFacts = target,
): Decision {
  try {
    const ask = askOf(action, target)
    const denies = rulesFor(agentPolicy.denies, ask)
    const deny = denies.find((rule) => !rule.when)
    if (deny) return { effect: 'deny', rule: deny.id, source: deny.source }
    const approves = upToCertain(rulesFor(agentPolicy.approves, ask))
    const grantAsk = carried === target ? ask : askOf(action, carried)
    const allows = rulesFor(agentPolicy.allows, grantAsk)
    const grants = [...allows, ...rulesFor(agentPolicy.approves, grantAsk)]
    const grant = grants.find((rule) => !rule.when) ?? grants[0]
    if (!grant) return { effect: 'deny' }
    const approval = approves.find((rule) => !rule.when)
    const isAllowed = allows.some((rule) => !rule.when)
    return settled(approval ?? grant, {
      denies,
      approves,
      allows: approval || isAllowed ? [] : allows,
      ...(carried !== target && grant.when ? { grants } : {}),
    })
  } catch {
    // An error of any kind denies.
  }
  return { effect: 'deny' }
}

/** Whether the caller sees what the decision is about, whatever conditions or a person have to say of a call. */
export function isGranted({ effect }: Decision): boolean {
  return effect === 'allow' || effect === 'approve'
}

/** The rule's decision, with what each call is judged by beside. */
function settled(rule: CompiledRule, conditional: ConditionalRules): Decision {
  const decision = decisionOf(rule)
  const { denies, approves, grants } = conditional
  const isCertain = denies.length === 0 && !rule.when && !grants && approves.every((each) => !each.when)
  if (!isCertain) decision.conditional = conditional
  return decision
}

/** What the rule decides. */
export function decisionOf({ id, source, effect, approvers }: CompiledRule): Decision {
  return { effect, rule: id, source, ...(effect === 'approve' ? { approvers } : {}) }
}

// What stands behind a rule without a condition is never asked.
function upToCertain(rules: readonly CompiledRule[]): readonly CompiledRule[] {
  const certain = rules.findIndex((rule) => !rule.when)
  return certain < 0 ? rules : rules.slice(0, certain + 1)
}

function rulesFor(rules: readonly CompiledRule[], ask: Ask): readonly CompiledRule[] {
  return rules.filter((rule) => rule.selectorFor(ask) !== undefined)
}
