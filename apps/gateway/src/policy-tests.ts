/** The gate before a policy becomes active: its own tests and its conditions, held against what is known of the catalog. */

import { readKnownTools } from './catalog/known-tools.ts'
import { CliError } from './cli/cli-error.ts'
import type { Config } from './config/schema.ts'
import { compilePolicy } from './policy/compile.ts'
import { conditionProblems, formatConditionProblem } from './policy/condition-problems.ts'
import { runPolicyTests } from './policy/run-tests.ts'

/**
 * Runs the configuration's tests against the last known catalog.
 * @throws CliError when one does not hold
 */
export function checkPolicyTests(config: Config): void {
  if (config.tests.length === 0) return
  const results = runPolicyTests(compilePolicy(config), config.tests, readKnownTools(config))
  const failures = results.filter((result) => result.outcome === 'failed')
  if (failures.length === 0) return
  const lines = failures.map(
    ({ test, note }) => `${test.source} tests: ${test.as} calls ${test.call}: ${note ?? `expected ${test.expect}`}`,
  )
  throw new CliError('policy_test', lines.join('\n'), {
    code: 'policy_test_failed',
    hint: '`causeway policy explain <agent> <tool>` shows which rule decides',
  })
}

/**
 * Holds the conditions of rules that the active configuration does not have against the last known catalog. Those that
 * are in force stay: an upstream that changes a schema must not keep the operator from changing the policy.
 * @throws CliError when one does not fit a tool that it is about
 */
export function checkConditions(next: Config, active: Config): void {
  if (!next.rules.some(({ when }) => when !== undefined)) return
  const wordsOf = ({ source: _, ...rule }: Config['rules'][number]) => JSON.stringify(rule)
  const inForce = new Set(active.rules.map(wordsOf))
  const rules = next.rules.filter((rule) => !inForce.has(wordsOf(rule)))
  const problems = conditionProblems(compilePolicy({ agents: {}, rules }), readKnownTools(next).tools)
  if (problems.length === 0) return
  throw new CliError('configuration', problems.map(formatConditionProblem).join('\n'), {
    code: 'condition_misfit',
    hint: 'Name arguments as the tool does, or narrow the rule to the tools that have them',
  })
}
