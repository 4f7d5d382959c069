/** Runs the official suite against one URL in a process of its own and reads the checks that it wrote. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Scenario, SUITE_DIR } from './scenarios.ts'

/** One check as the suite wrote it. */
export interface Check {
  id: string
  name: string
  status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO'
  errorMessage?: string
}

/** The checks by scenario. */
export type Checks = Map<string, Check[]>

const SCENARIO_TIMEOUT_MS = 20_000
const RUN_TIMEOUT_MS = 240_000

/** Runs the whole requirement set of the scenarios' revision in one process, and the scenarios outside it one by one. */
export async function runSet(url: string, scenarios: readonly Scenario[]): Promise<Checks> {
  const revision = scenarios[0]?.revision
  if (!revision) return new Map()
  const inSet = await runSuite(url, ['--requirements', revision])
  const outside = await runOneByOne(
    url,
    scenarios.filter(({ isInSet }) => !isInSet),
  )
  return new Map([...inSet, ...outside])
}

/** Runs each scenario in a process of its own. */
export async function runOneByOne(url: string, scenarios: readonly Scenario[]): Promise<Checks> {
  const checks: Checks = new Map()
  for (const { name, revision } of scenarios)
    for (const [scenario, result] of await runSuite(url, ['--scenario', name, '--spec-version', revision, '--force']))
      checks.set(scenario, result)
  return checks
}

async function runSuite(url: string, selection: readonly string[]): Promise<Checks> {
  const { checks, output } = await startSuite([
    'server',
    '--url',
    url,
    ...selection,
    '--timeout',
    String(SCENARIO_TIMEOUT_MS),
  ])
  if (checks.size === 0) throw new Error(`Cannot run the suite with "${selection.join(' ')}": ${output.slice(-2_000)}`)
  return checks
}

/** What one process of the suite left behind. */
export interface SuiteRun {
  checks: Checks
  /** What the client under test wrote, by scenario. */
  clientOutput: Map<string, { stdout: string; stderr: string }>
  /** What the suite itself wrote. */
  output: string
}

/** Runs the suite once, with these arguments. */
export async function startSuite(args: readonly string[]): Promise<SuiteRun> {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-conformance-'))
  try {
    const output = await run([join(SUITE_DIR, 'dist/index.js'), ...args, '--output-dir', dir], dir)
    return { ...readResults(dir), output }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

// The exit code says that a check failed, which is for the comparison to judge.
function run(args: string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: RUN_TIMEOUT_MS })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    child.once('error', reject)
    child.once('close', () => resolve(output))
  })
}

const RESULT_DIR = /^(?:server-)?(?<scenario>.+)-\d{4}-\d{2}-\d{2}T[\d-]+Z$/

function readResults(dir: string): Pick<SuiteRun, 'checks' | 'clientOutput'> {
  const checks: Checks = new Map()
  const clientOutput: SuiteRun['clientOutput'] = new Map()
  const read = (name: string, file: string) => {
    const path = join(dir, name, file)
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined
  }
  // Names of scenarios have slashes.
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
    const scenario = RESULT_DIR.exec(name)?.groups?.scenario
    const written = read(name, 'checks.json')
    if (!scenario || written === undefined) continue
    checks.set(scenario, JSON.parse(written) as Check[])
    clientOutput.set(scenario, { stdout: read(name, 'stdout.txt') ?? '', stderr: read(name, 'stderr.txt') ?? '' })
  }
  return { checks, clientOutput }
}
