/** The gate before a policy becomes active: its own tests, run on what is known of the catalog. */

import { readKnownTools } from './catalog/known-tools.ts'
import { CliError } from './cli/cli-error.ts'
import type { Config } from './config/schema.ts'
import { compilePolicy } from './policy/compile.ts'
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
