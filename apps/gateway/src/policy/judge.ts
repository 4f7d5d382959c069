/** The part of the decision that needs the call: the conditions of the rules about its tool. Whatever cannot be told is a deny. */
import type { CompiledRule } from './compile.ts'
import type { Circumstances } from './condition.ts'
import { type ConditionalRules, type Decision, decisionOf } from './decide.ts'
import type { DefinitionFacts } from './definition-facts.ts'
import { judgedArguments } from './judged-arguments.ts'

/** One call, as far as conditions look at it. */
export interface Call {
  /** JSON text of `params.arguments` as it is forwarded; `undefined` when there is none. */
  argumentsText: string | undefined
  agent: string
  roles: readonly string[]
  /** The user for whom the agent acts. */
  user?: string | undefined
  timeMs: number
}

/** How one condition came out. */
export interface ConditionOutcome {
  outcome: 'true' | 'false' | 'error'
  /** What went wrong. */
  reason?: string
}

/** The decision over one call. */
export interface CallDecision extends Decision {
  /** Why a condition denies; for the record, not for the agent. */
  reason?: string
  /** Whether the agent may be told the rule. */
  isTold?: boolean
}

const HOLDS: ConditionOutcome = { outcome: 'true' }

/** Answers for each condition of one call; the arguments are read once. */
export type JudgeOf = (rule: CompiledRule) => ConditionOutcome

/** The decision for this very call: that of the list where no condition is about it. */
export function judge(decision: Decision, facts: DefinitionFacts, call: Call): CallDecision {
  const { conditional } = decision
  if (decision.effect === 'deny' || !conditional) return decision
  return settle(decision, conditional, judgeOf(conditional, facts, call))
}

/** Judges conditions of rules that are about a call of this tool. */
export function judgeOf(
  { denies, approves, allows, grants = [] }: ConditionalRules,
  facts: DefinitionFacts,
  call: Call,
): JudgeOf {
  const names = new Set([...denies, ...approves, ...allows, ...grants].flatMap((rule) => [...(rule.when?.names ?? [])]))
  let circumstances: Circumstances | undefined
  return ({ when }) => {
    try {
      circumstances ??= circumstancesOf(names, facts, call)
      return { outcome: when?.holds(facts.arguments, circumstances) === true ? 'true' : 'false' }
    } catch (error) {
      return { outcome: 'error', reason: error instanceof Error ? error.message : 'the condition failed' }
    }
  }
}

function settle(
  decision: Decision,
  { denies, approves, allows, grants }: ConditionalRules,
  outcomeOf: JudgeOf,
): CallDecision {
  for (const rule of denies) {
    const { outcome, reason = 'its condition holds' } = outcomeOf(rule)
    if (outcome !== 'false') return denied(rule, reason)
  }
  const granted = grants && (firstThatHolds(grants, outcomeOf) ?? noneHolds(grants))
  if (granted?.effect === 'deny') return granted
  // Both, because arguments that cannot be judged are no matter for a person either.
  const approval = firstThatHolds(approves, outcomeOf)
  const allow = firstThatHolds(allows, outcomeOf)
  if (allow?.effect === 'deny' && approval?.effect !== 'deny') return allow
  if (approval ?? allow) return (approval ?? allow) as CallDecision
  if (decision.effect === 'allow' && allows.length === 0) return decision
  return noneHolds(allows.length === 0 ? approves : allows)
}

function noneHolds(rules: readonly CompiledRule[]): CallDecision {
  return denied(rules[0] as CompiledRule, 'no condition holds')
}

function firstThatHolds(rules: readonly CompiledRule[], outcomeOf: JudgeOf): CallDecision | undefined {
  // All of them, so that their order does not decide whether one that fails is noticed.
  const outcomes = rules.map((rule) => ({ rule, ...(rule.when ? outcomeOf(rule) : HOLDS) }))
  const failed = outcomes.find(({ outcome }) => outcome === 'error')
  if (failed) return denied(failed.rule, failed.reason ?? 'its condition fails')
  const holds = outcomes.find(({ outcome }) => outcome === 'true')?.rule
  return holds && decisionOf(holds)
}

function denied({ id, source, isTold }: CompiledRule, reason: string): CallDecision {
  return { effect: 'deny', rule: id, source, reason, isTold }
}

function circumstancesOf(names: ReadonlySet<string>, facts: DefinitionFacts, call: Call): Circumstances {
  const { publicName, upstream, effect = 'write', tags, scopes } = facts
  return {
    args: judgedArguments(call.argumentsText, names),
    agent: { name: call.agent, roles: call.roles },
    user: call.user === undefined ? {} : { name: call.user },
    tool: { name: publicName, upstream, effect, tags, scopes },
    time: new Date(call.timeMs),
  }
}
