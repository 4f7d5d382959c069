/** `causeway policy test`: runs the configuration's own tests against its rules. */

import { readKnownTools } from '../catalog/known-tools.ts'
import { compilePolicy } from '../policy/compile.ts'
import { runPolicyTests } from '../policy/run-tests.ts'
import { CliError } from './cli-error.ts'
import type { Workspace } from './workspace.ts'

/**
 * Prints how each test ended.
 * @throws CliError when one failed
 */
export function policyTest({ policyConfig, printer }: Workspace): void {
  const config = policyConfig()
  const results = runPolicyTests(compilePolicy(config), config.tests, readKnownTools(config))
  const count = (outcome: string) => results.filter((result) => result.outcome === outcome).length
  const data = {
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
    results: results.map(({ test, outcome, note }) => ({ source: test.source, outcome, ...(note ? { note } : {}) })),
  }
  const summary = `${data.passed} passed, ${data.failed} failed, ${data.skipped} skipped`
  const lines = data.results.filter(({ outcome }) => outcome !== 'passed')
  const text = [...lines.map(({ source, outcome, note }) => `${outcome} ${source} ${note}`), summary].join('\n')
  if (data.failed > 0)
    throw new CliError('policy_test', text, {
      code: 'policy_test_failed',
      hint: '`causeway policy explain <agent> <tool>` shows which rule decides',
      data,
    })
  printer.answer(data, () => text)
}
