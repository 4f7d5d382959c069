/** Why the policy decides as it does: every rule in order, and the one that decided. */
import type { CompiledRule, Policy } from './compile.ts'
import { type Decision, decide } from './decide.ts'
import { type Action, type Ask, askOf, type DefinitionFacts } from './definition-facts.ts'
import { type Call, judge, judgeOf } from './judge.ts'

/** One rule's part in a decision. */
export interface TraceStep {
  rule: string
  /** `file:line`. */
  source: string
  effect: CompiledRule['effect']
  matches: boolean
  why: string
  /** Of a rule that matches: its condition, and how it came out; `unjudged` where the rules without one had decided. */
  condition?: { when: string; outcome: 'true' | 'false' | 'error' | 'unjudged'; reason?: string }
}

/** A decision with its reasons. */
export interface Explanation {
  decision: Decision['effect']
  /** Id of the rule that decided; absent when no rule allowed. */
  rule?: string
  source?: string
  /** Roles of those who may approve, where the decision is `approve`. */
  approvers?: readonly string[]
  /** Why a condition denied. */
  reason?: string
  trace: TraceStep[]
}

/** Who would use what. */
export interface Question {
  agent: string
  /** The agent's roles in the store; those in the file come first, as at every call. */
  roles: readonly string[]
  target: DefinitionFacts
  /** What kind of definition it is; a tool unless it says otherwise. */
  action?: Action
  /** Arguments, user and time of a call of the tool; without it there are no arguments. */
  call?: Partial<Pick<Call, 'argumentsText' | 'user' | 'timeMs'>>
}

/** Explains a decision with the engine that makes it. */
export function explain(policy: Policy, question: Question): Explanation {
  const { agent, roles, target, action = 'tool' } = question
  const seen = decide(policy.forAgent(agent, roles), action, target)
  const actualRoles = policy.rolesOf(agent, roles)
  const call = { argumentsText: undefined, timeMs: Date.now(), ...question.call, agent, roles: actualRoles }
  const { effect, rule, source, approvers, reason } = judge(seen, target, call)
  const conditionOf = conditionsOf(seen, target, call)
  const step = (each: CompiledRule): TraceStep => {
    const base = { rule: each.id, source: each.source, effect: each.effect }
    const whyNot = each.whyNotFor(agent, actualRoles)
    if (whyNot !== undefined) return { ...base, matches: false, why: whyNot }
    const found = selectorOf(each, action, target)
    return { ...base, ...found, ...(found.matches ? conditionOf(each) : {}) }
  }
  return {
    decision: effect,
    ...(rule === undefined ? {} : { rule }),
    ...(source === undefined ? {} : { source }),
    ...(approvers === undefined ? {} : { approvers }),
    ...(reason === undefined ? {} : { reason }),
    trace: policy.rules.map(step),
  }
}

function conditionsOf({ conditional }: Decision, target: DefinitionFacts, call: Call) {
  const { denies = [], approves = [], allows = [] } = conditional ?? {}
  const judged = [...denies, ...approves, ...allows].map(({ id }) => id)
  const outcomeOf = conditional && judgeOf(conditional, target, call)
  return (rule: CompiledRule): Pick<TraceStep, 'condition'> => {
    if (!rule.when) return {}
    const isJudged = outcomeOf !== undefined && judged.includes(rule.id)
    return { condition: { when: rule.when.text, ...(isJudged ? outcomeOf(rule) : { outcome: 'unjudged' as const }) } }
  }
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
