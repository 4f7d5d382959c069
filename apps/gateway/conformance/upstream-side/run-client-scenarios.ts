/** Runs the suite's client scenarios, each in a process of its own: the suite is the upstream, and a gateway with an agent behind it is the client. */
import { join } from 'node:path'
import { type Check, type Checks, startSuite } from '../run-suite.ts'
import type { Scenario } from '../scenarios.ts'
import type { AgentKind } from './connect-agent.ts'

const DRIVER = join(import.meta.dirname, 'drive-agent.ts')
const SCENARIO_TIMEOUT_MS = 20_000
/** The scenarios mostly wait for one another's processes to start. */
const AT_ONCE = 2

/** Runs the scenarios with one agent. */
export async function runClientScenarios(agent: AgentKind, scenarios: readonly Scenario[]): Promise<Checks> {
  const checks: Checks = new Map()
  const waiting = [...scenarios]
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) checks.set(next.name, await runOne(agent, next))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return checks
}

async function runOne(agent: AgentKind, { name, revision }: Scenario): Promise<Check[]> {
  // The suite hands the command to a shell.
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', DRIVER].map((part) => `'${part}'`)
  const run = await startSuite([
    ...[
      'client',
      '--command',
      `${command.join(' ')} ${agent}`,
      '--scenario',
      name,
      '--spec-version',
      revision,
      '--force',
    ],
    ...['--timeout', String(SCENARIO_TIMEOUT_MS)],
  ])
  const said = run.clientOutput.get(name)
  // A scenario whose client broke off may have seen nothing wrong until then.
  return [
    ...(run.checks.get(name) ?? []),
    ...(said?.stdout.endsWith('done\n') ? [] : [brokenOff(said?.stderr ?? run.output)]),
  ]
}

function brokenOff(stderr: string): Check {
  const error = /^\w*Error: .*/m.exec(stderr)?.[0] ?? stderr.slice(-300)
  return { id: 'client-finishes', name: 'ClientFinishes', status: 'FAILURE', errorMessage: error }
}
