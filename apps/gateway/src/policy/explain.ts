/** Why the policy decides as it does: every rule in order, and the one that decided. */
import type { CompiledRule, Policy } from './compile.ts'
import { decide } from './decide.ts'
import { type Action, type Ask, askOf, type DefinitionFacts } from './definition-facts.ts'

/** One rule's part in a decision. */
export interface TraceStep {
  rule: string
  /** `file:line`. */
  source: string
  effect: CompiledRule['effect']
  matches: boolean
  why: string
}

/** A decision with its reasons. */
export interface Explanation {
  decision: 'allow' | 'deny'
  /** Id of the rule that decided; absent when no rule allowed. */
  rule?: string
  source?: string
  trace: TraceStep[]
}

/**
 * Explains a decision with the engine that makes it.
 * @param roles the agent's roles in the store; those in the file come first, as at every call
 * @param target what the agent would use; a tool unless `action` says otherwise
 */
export function explain(
  policy: Policy,
  agent: string,
  roles: readonly string[],
  target: DefinitionFacts & { action?: Action },
): Explanation {
  const action = target.action ?? 'tool'
  const { effect, ...by } = decide(policy.forAgent(agent, roles), action, target)
  const actualRoles = policy.rolesOf(agent, roles)
  const step = (rule: CompiledRule): TraceStep => {
    const { id, source, effect } = rule
    const base = { rule: id, source, effect }
    const whyNot = rule.whyNotFor(agent, actualRoles)
    if (whyNot !== undefined) return { ...base, matches: false, why: whyNot }
    const found = selectorOf(rule, action, target)
    return { ...base, ...found }
  }
  return { decision: effect, ...by, trace: policy.rules.map(step) }
}

function selectorOf(rule: CompiledRule, action: Action, target: DefinitionFacts): Pick<TraceStep, 'matches' | 'why'> {
  let ask: Ask
  try {
    ask = askOf(action, target)
  } catch (error) {
    return { matches: false, why: error instanceof Error ? error.message : 'the facts cannot be judged' }
  }
  const selector = rule.selectorFor(ask)
  if (selector) return { matches: true, why: `"${selector.text}" selects it` }
  return { matches: false, why: `none of its ${action}s entries selects it` }
}
