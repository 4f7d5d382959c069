/** Judges a run: what each way found in each scenario, what of it is wrong, and which baseline entries nothing needs any more. */
import { allows, type BaselineEntry, coversScenario, type Way } from './baseline.ts'
import { compareChecks } from './compare-checks.ts'
import type { Check, Checks } from './run-suite.ts'
import type { Revision, Scenario } from './scenarios.ts'
import { AGENTS } from './upstream-side/connect-agent.ts'

/** One scenario through one way. */
export interface Outcome {
  target: Way
  revision: Revision
  scenario: string
  isRequired: boolean
  passed: number
  failed: number
  checks: Check[]
  /** What is wrong with it, each with the suite's id of the check. */
  problems: Problem[]
}

/** A check that fails directly, or that comes out differently through a route. */
export interface Problem {
  check: string
  text: string
  /** The reason in the baseline; such a problem is known and does not fail the run. */
  reason?: string
}

/** The judged run. */
export interface Judgement {
  outcomes: Outcome[]
  /** Baseline entries for what ran that nothing needed. */
  stale: BaselineEntry[]
}

/** How many outcomes are as they should be, and how many things are not. */
export function verdictOf({ outcomes, stale }: Judgement): { passed: number; failed: number } {
  const failed = outcomes.filter(isBad).length
  return { passed: outcomes.length - failed, failed: failed + stale.length }
}

/** Judges all scenarios that ran; routes are compared with the direct way where that ran too. */
export function judge(
  runs: ReadonlyMap<Way, ReadonlyMap<Revision, Checks>>,
  scenarios: readonly Scenario[],
  baseline: readonly BaselineEntry[],
): Judgement {
  const needed = new Set<BaselineEntry>()
  const outcomes = [...runs].flatMap(([target, byRevision]) =>
    scenarios.map((scenario) => {
      const { name, revision, isRequired } = scenario
      const checks = byRevision.get(revision)?.get(name) ?? []
      const direct = target === 'direct' ? undefined : runs.get('direct')?.get(revision)?.get(name)
      const problems = (direct ? differences(direct, checks) : failures(checks, target)).map((problem) => {
        const place = { target, revision, scenario: name, check: problem.check }
        const entry = baseline.find((known) => allows(known, place))
        if (entry) needed.add(entry)
        return { ...problem, reason: entry?.reason }
      })
      return { target, revision, scenario: name, isRequired, ...count(checks), checks, problems }
    }),
  )
  // Without the direct way no route was compared, so nothing could have been needed.
  const isJudged = (way: Way) => runs.has(way) && (isAgent(way) || runs.has('direct'))
  const ran = (entry: BaselineEntry) =>
    entry.targets.some(isJudged) &&
    scenarios.some(({ name, revision }) => coversScenario(entry, { revision, scenario: name }))
  return { outcomes, stale: baseline.filter((entry) => ran(entry) && !needed.has(entry)) }
}

/** Whether the outcome fails the run. */
export function isBad({ problems, isRequired, target }: Outcome): boolean {
  // Directly, only what is required must pass; a route must find what was found directly.
  return (isRequired || target !== 'direct') && problems.some(({ reason }) => reason === undefined)
}

function isAgent(way: Way): boolean {
  return AGENTS.some((agent) => agent === way)
}

// Of a client the suite wants what the specification only recommends, too.
function failures(checks: readonly Check[], way: Way): Problem[] {
  if (checks.length === 0) return [{ check: 'not-run', text: 'The suite wrote no checks.' }]
  return checks
    .filter(({ status }) => status === 'FAILURE' || (isAgent(way) && status === 'WARNING'))
    .map(({ id, name, errorMessage }) => ({ check: id, text: `${name}: ${errorMessage ?? 'failed'}` }))
}

function differences(direct: readonly Check[], route: readonly Check[]): Problem[] {
  return compareChecks(direct, route).map(({ check, name, direct: before, route: after, message }) => ({
    check,
    text: `${name}: ${before.join(', ') || 'absent'} directly, ${after.join(', ') || 'absent'} here${message ? `: ${message}` : ''}`,
  }))
}

function count(checks: readonly Check[]): { passed: number; failed: number } {
  const of = (status: Check['status']) => checks.filter((check) => check.status === status).length
  return { passed: of('SUCCESS'), failed: of('FAILURE') }
}
