/** The one decision: may these rules' agent use this definition? The list of an agent and each of its calls both ask here. */
import type { AgentPolicy, CompiledRule } from './compile.ts'
import { type Action, type Ask, askOf, type DefinitionFacts } from './definition-facts.ts'

/** The answer, with the rule that made it; no rule when none allowed. */
export interface Decision {
  effect: 'allow' | 'deny'
  /** Id of the rule. */
  rule?: string
  /** `file:line` of the rule. */
  source?: string
  /** What a call of it is judged by beside, where rules about it have conditions. */
  conditional?: ConditionalRules
}

/** The rules whose conditions decide over a call; in order. */
export interface ConditionalRules {
  denies: readonly CompiledRule[]
  /** One of these must allow; empty where a rule without a condition does. */
  allows: readonly CompiledRule[]
}

/** Denies beat allows; nothing allowed, or anything wrong with the facts, is a deny. A condition hides nothing: it is judged at the call. */
export function decide(agentPolicy: AgentPolicy, action: Action, target: DefinitionFacts): Decision {
  try {
    const ask = askOf(action, target)
    const denies = rulesFor(agentPolicy.denies, ask)
    const deny = denies.find((rule) => !rule.when)
    if (deny) return { effect: 'deny', rule: deny.id, source: deny.source }
    const allows = rulesFor(agentPolicy.allows, ask)
    const allow = allows.find((rule) => !rule.when) ?? allows[0]
    if (!allow) return { effect: 'deny' }
    const decision: Decision = { effect: 'allow', rule: allow.id, source: allow.source }
    if (denies.length > 0 || allow.when) decision.conditional = { denies, allows: allow.when ? allows : [] }
    return decision
  } catch {
    // An error of any kind denies.
  }
  return { effect: 'deny' }
}

function rulesFor(rules: readonly CompiledRule[], ask: Ask): readonly CompiledRule[] {
  return rules.filter((rule) => rule.selectorFor(ask) !== undefined)
}
