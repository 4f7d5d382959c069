/** `causeway doctor`: looks at what commonly keeps a gateway from working, and says what to do about it. */
import { CliError } from './cli-error.ts'
import {
  checkClock,
  checkConfiguration,
  checkData,
  checkNode,
  checkPolicy,
  checkRunning,
  type Finding,
} from './doctor-checks.ts'
import { formatTable } from './table.ts'
import type { Workspace } from './workspace.ts'

/**
 * Prints what was found.
 * @throws CliError when a check failed
 */
export async function doctor(workspace: Workspace): Promise<void> {
  const findings = [
    ...checkNode(),
    ...checkConfiguration(workspace),
    ...checkPolicy(workspace),
    ...checkData(workspace),
    ...checkClock(workspace),
    ...(await checkRunning(workspace)),
  ]
  const failed = findings.filter(({ state }) => state === 'failed')
  const { printer, terminal } = workspace
  if (failed.length === 0) {
    printer.answer(findings, () => formatFindings(findings))
    return
  }
  if (!printer.isJson) terminal.write(`${formatFindings(findings)}\n`)
  const isReachability = failed.every(({ check }) => check === 'upstream')
  throw new CliError(
    isReachability ? 'unreachable' : 'configuration',
    `Cannot say that all is well: ${failed.length} of ${findings.length} checks failed`,
    {
      code: 'unhealthy',
      hint: failed[0]?.hint ?? '',
      data: findings,
    },
  )
}

function formatFindings(findings: readonly Finding[]): string {
  const rows = findings.map(({ state, check, detail }) => [state, check, detail])
  const hints = findings.flatMap(({ check, hint }) => (hint === undefined ? [] : [`${check}: ${hint}`]))
  return [formatTable(['STATE', 'CHECK', 'FOUND'], rows), ...(hints.length > 0 ? ['', ...hints] : [])].join('\n')
}
