/** Tells the operator of conditions that do not fit the input schema of a tool, whenever the rules or the catalog have brought one. */
import type { Logger } from 'pino'
import type { Catalog } from './catalog/catalog.ts'
import type { Share } from './catalog/share.ts'
import type { Policy } from './policy/compile.ts'
import { type ConditionProblem, conditionProblems } from './policy/condition-problems.ts'

/** A rule over thousands of tools must not fill the log. */
const MAX_TOLD = 20

/** Returns the function that looks for problems and logs those that are new. */
export function createConditionReport(log: Logger): (policy: Policy, catalog: Catalog) => void {
  let told = new Set<string>()
  let known = new WeakMap<Share, readonly ConditionProblem[]>()
  let knownFor: Policy | undefined
  return (policy, { shares }) => {
    if (policy !== knownFor) known = new WeakMap()
    knownFor = policy
    // Looking at ten thousand tools takes longer than a call may wait, and a change is one of a single upstream.
    const problemsOf = (share: Share) => {
      const found =
        known.get(share) ??
        conditionProblems(
          policy,
          share.entries.tools.map(({ facts }) => facts),
        )
      known.set(share, found)
      return found
    }
    const problems = shares.flatMap(problemsOf).map((problem) => ({ key: JSON.stringify(problem), problem }))
    const fresh = problems.filter(({ key }) => !told.has(key))
    told = new Set(problems.map(({ key }) => key))
    for (const { problem } of fresh.slice(0, MAX_TOLD)) log.warn(problem, 'condition does not fit, calls are denied')
    if (fresh.length > MAX_TOLD) log.warn({ more: fresh.length - MAX_TOLD }, 'conditions do not fit')
  }
}
