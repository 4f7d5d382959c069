/** Reads the written baseline: which checks may come out differently, on which way, and why. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { TARGETS, type Target, type UpstreamEra } from './open-target.ts'
import { REVISIONS, type Revision, type Scenario } from './scenarios.ts'
import { AGENTS, type AgentKind } from './upstream-side/connect-agent.ts'

/** The ways in which scenarios run: to the gateway as an MCP endpoint, and with it as the client. */
export const WAYS = [...TARGETS, ...AGENTS] as const

/** One of them. */
export type Way = Target | AgentKind

const entrySchema = z.strictObject({
  revision: z.enum(REVISIONS).describe('The revision that the suite speaks.'),
  upstream: z
    .enum(['modern', 'legacy'])
    .default('modern')
    .describe('The era in which the gateway reaches the fixture.'),
  scenario: z.string().describe('Its name; a trailing * stands for anything.'),
  except: z.array(z.string()).default([]).describe('Scenarios that it does not mean.'),
  check: z.string().optional().describe("The suite's id of the check; all checks of the scenario by default."),
  targets: z.array(z.enum(WAYS)).min(1),
  isRun: z.boolean().default(true).describe('Whether the scenario is run at all.'),
  reason: z.string().min(20),
})

/** What may come out differently, or fail directly. */
export type BaselineEntry = z.output<typeof entrySchema>

/** Where a problem was found. */
export interface Place {
  revision: Revision
  target: Way
  scenario: string
  check: string
}

/** The entries of `baseline.yaml` that speak of the era in which the gateway reaches the fixture. */
export function readBaseline(era: UpstreamEra): BaselineEntry[] {
  const entries = z.array(entrySchema).parse(parse(readFileSync(join(import.meta.dirname, 'baseline.yaml'), 'utf8')))
  return entries.filter(({ upstream }) => (upstream === 'legacy') === (era === 'legacy'))
}

/** Whether the entry speaks of the scenario. */
export function coversScenario(entry: BaselineEntry, { revision, scenario }: Pick<Place, 'revision' | 'scenario'>) {
  if (entry.revision !== revision || entry.except.includes(scenario)) return false
  return entry.scenario.endsWith('*') ? scenario.startsWith(entry.scenario.slice(0, -1)) : scenario === entry.scenario
}

/** The entry that keeps a scenario from being run, if there is one. */
export function leftOutBy(baseline: readonly BaselineEntry[], { name, revision }: Scenario): BaselineEntry | undefined {
  return baseline.find((entry) => !entry.isRun && coversScenario(entry, { revision, scenario: name }))
}

/** Whether the entry allows the problem. */
export function allows(entry: BaselineEntry, place: Place): boolean {
  return (
    coversScenario(entry, place) &&
    entry.targets.includes(place.target) &&
    (entry.check === undefined || entry.check === place.check)
  )
}
