/** The side that upstreams see: the suite as the upstream, and the gateway with an agent of either era behind it as its client. */
import { type BaselineEntry, leftOutBy, readBaseline } from '../baseline.ts'
import { type Judgement, judge } from '../judge.ts'
import type { Checks } from '../run-suite.ts'
import { clientScenariosOf, REVISIONS, type Revision, type Scenario } from '../scenarios.ts'
import { AGENTS, type AgentKind } from './connect-agent.ts'
import { runClientScenarios } from './run-client-scenarios.ts'

/** What was found, and what was not run by decision. */
export interface UpstreamSide {
  judgement: Judgement
  /** How many scenarios each entry of the baseline keeps from being run. */
  leftOut: ReadonlyMap<BaselineEntry, number>
}

/** Runs and judges the scenarios of that side. */
export async function judgeUpstreamSide(only: readonly string[]): Promise<UpstreamSide> {
  const baseline = readBaseline('auto')
  const wanted = REVISIONS.flatMap(clientScenariosOf).filter(({ name }) => only.length === 0 || only.includes(name))
  const runnable = wanted.filter((scenario) => !leftOutBy(baseline, scenario))
  const runs = new Map<AgentKind, ReadonlyMap<Revision, Checks>>()
  for (const agent of AGENTS) runs.set(agent, await runAgent(agent, runnable))
  const leftOut = new Map<BaselineEntry, number>()
  for (const scenario of wanted) {
    const entry = leftOutBy(baseline, scenario)
    if (entry) leftOut.set(entry, (leftOut.get(entry) ?? 0) + 1)
  }
  return { judgement: judge(runs, runnable, baseline), leftOut }
}

async function runAgent(agent: AgentKind, scenarios: readonly Scenario[]): Promise<ReadonlyMap<Revision, Checks>> {
  const found = new Map<Revision, Checks>()
  for (const revision of REVISIONS) {
    const ofRevision = scenarios.filter((scenario) => scenario.revision === revision)
    found.set(revision, await runClientScenarios(agent, ofRevision))
  }
  return found
}
