/** The side that agents see: the suite as their client, against the fixture directly and through the gateway's routes. */
import { readBaseline } from './baseline.ts'
import { type Judgement, judge } from './judge.ts'
import { openTarget, type Target, type UpstreamEra } from './open-target.ts'
import { type Checks, runOneByOne, runSet } from './run-suite.ts'
import { REVISIONS, type Revision, type Scenario, scenariosOf } from './scenarios.ts'

/** Runs and judges the scenarios of that side. */
export async function judgeAgentSide(on: {
  only: readonly string[]
  targets: readonly Target[]
  era: UpstreamEra
}): Promise<Judgement> {
  const scenarios = REVISIONS.flatMap(scenariosOf).filter(({ name }) => on.only.length === 0 || on.only.includes(name))
  const what = { scenarios, isPartial: on.only.length > 0 }
  // The suite mostly waits, so the ways wait together.
  const found = await Promise.all(
    on.targets.map(async (target) => [target, await runTarget(target, on.era, what)] as const),
  )
  return judge(new Map(found), scenarios, readBaseline(on.era))
}

// Both revisions at once, each in a process of its own; a target has its own fixture, so that none disturbs another.
async function runTarget(
  target: Target,
  era: UpstreamEra,
  what: { scenarios: readonly Scenario[]; isPartial: boolean },
): Promise<ReadonlyMap<Revision, Checks>> {
  const open = await openTarget(target, era)
  try {
    const run = what.isPartial ? runOneByOne : runSet
    return new Map(
      await Promise.all(
        REVISIONS.map(async (revision): Promise<[Revision, Checks]> => {
          const scenarios = what.scenarios.filter((scenario) => scenario.revision === revision)
          return [revision, await run(open.url, scenarios)]
        }),
      ),
    )
  } finally {
    await open.close()
  }
}
