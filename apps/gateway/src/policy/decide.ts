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
}

/** Denies beat allows; nothing allowed, or anything wrong with the facts, is a deny. */
export function decide(agentPolicy: AgentPolicy, action: Action, target: DefinitionFacts): Decision {
  try {
    const ask = askOf(action, target)
    const deny = firstFor(agentPolicy.denies, ask)
    if (deny) return { effect: 'deny', rule: deny.id, source: deny.source }
    const allow = firstFor(agentPolicy.allows, ask)
    if (allow) return { effect: 'allow', rule: allow.id, source: allow.source }
  } catch {
    // An error of any kind denies.
  }
  return { effect: 'deny' }
}

function firstFor(rules: readonly CompiledRule[], ask: Ask): CompiledRule | undefined {
  return rules.find((rule) => rule.selectorFor(ask) !== undefined)
}
