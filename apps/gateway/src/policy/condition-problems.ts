/** Where conditions contradict the input schemas of tools: calls of those are denied, and the operator should know. */
import type { Policy } from './compile.ts'
import { type Ask, askOf, type DefinitionFacts } from './definition-facts.ts'

/** One rule whose condition can never be judged for one tool. */
export interface ConditionProblem {
  /** Id of the rule. */
  rule: string
  /** `file:line` of the rule. */
  source: string
  tool: string
  reason: string
}

/** Holds each condition against the tools that its rule selects. */
export function conditionProblems(policy: Policy, tools: readonly DefinitionFacts[]): ConditionProblem[] {
  const conditional = policy.rules.filter((rule) => rule.when)
  if (conditional.length === 0) return []
  const asks = tools.flatMap((facts) => judgeable(facts) ?? [])
  return conditional.flatMap((rule) =>
    asks
      .filter((ask) => rule.selectorFor(ask))
      .flatMap(({ facts }) => {
        const reason = rule.when?.problemWith(facts.arguments)
        return reason === undefined ? [] : [{ rule: rule.id, source: rule.source, tool: facts.publicName, reason }]
      }),
  )
}

/** The problem in a sentence. */
export function formatConditionProblem({ rule, source, tool, reason }: ConditionProblem): string {
  return `${source} rule "${rule}": its condition denies every call of "${tool}", because it does not fit the input schema: ${reason}`
}

function judgeable(facts: DefinitionFacts): Ask | undefined {
  try {
    return askOf('tool', facts)
  } catch {
    // It is denied to everyone, with or without a condition.
    return undefined
  }
}
