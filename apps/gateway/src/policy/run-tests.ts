/** Runs the `tests` of the configuration against its policy: a policy whose tests fail must not become active. */
import type { PolicyTest } from '../config/schema.ts'
import type { Policy } from './compile.ts'
import { decide } from './decide.ts'
import type { DefinitionFacts } from './definition-facts.ts'
import { judge } from './judge.ts'

/** Finds tools by public name, as far as the catalog is known. */
export interface FactsLookup {
  factsOf(publicName: string): DefinitionFacts | undefined
  /** False until the upstreams have been listed: then a missing tool proves nothing. */
  catalogIsKnown: boolean
}

/** How one test ended. */
export interface PolicyTestResult {
  test: PolicyTest
  outcome: 'passed' | 'failed' | 'skipped'
  /** What happened, when it did not pass. */
  note?: string
}

/** Runs every test, in order. */
export function runPolicyTests(policy: Policy, tests: readonly PolicyTest[], lookup: FactsLookup): PolicyTestResult[] {
  return tests.map((test) => ({ test, ...run(policy, test, lookup) }))
}

function run(policy: Policy, test: PolicyTest, lookup: FactsLookup): Omit<PolicyTestResult, 'test'> {
  const facts = lookup.factsOf(test.call)
  if (!facts) return withoutFacts(test, lookup)
  const argumentsText = test.args === undefined ? undefined : JSON.stringify(test.args)
  const call = { argumentsText, agent: test.as, roles: policy.rolesOf(test.as), timeMs: Date.now() }
  const { effect, rule, source, reason } = judge(decide(policy.forAgent(test.as), 'tool', facts), facts, call)
  if (effect === test.expect) return { outcome: 'passed' }
  const why = reason === undefined ? '' : `: ${reason}`
  const by = rule === undefined ? 'no rule allows it' : `rule "${rule}" (${source})${why}`
  return { outcome: 'failed', note: `Want ${test.expect} for "${test.as}" on "${test.call}", got ${effect}: ${by}` }
}

// What nobody offers cannot be called, so only what is expected to be denied is proven.
function withoutFacts(test: PolicyTest, lookup: FactsLookup): Omit<PolicyTestResult, 'test'> {
  if (test.expect === 'deny') return { outcome: 'passed' }
  if (!lookup.catalogIsKnown) return { outcome: 'skipped', note: `The tool "${test.call}" is not known yet` }
  return { outcome: 'failed', note: `Want ${test.expect} for "${test.as}" on "${test.call}": unknown tool` }
}
