/** Runs the official conformance suite against the fixture directly and through the gateway's routes, and compares check by check. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readBaseline } from './baseline.ts'
import { isBad, judge } from './judge.ts'
import { openTarget, TARGETS, type Target, UPSTREAM_ERAS, type UpstreamEra } from './open-target.ts'
import { reportOf } from './report.ts'
import { type Checks, runOneByOne, runSet } from './run-suite.ts'
import { REVISIONS, type Revision, type Scenario, scenariosOf } from './scenarios.ts'

const USAGE = `Options:
  --only <scenario>                    one scenario, on each revision that has it; may be repeated
  --target <direct | s | mcp>          one way; may be repeated; all by default
  --upstream-era <auto|modern|legacy>  how the gateway speaks to the fixture (default auto)
  --out <file>                         where the results go as JSON (default: a new temporary directory)
`

/** What was asked for on the command line. */
interface Options {
  only: string[]
  targets: Target[]
  era: UpstreamEra
  out: string
}

const options = readOptions()
if (options) process.exitCode = await runAll(options)

function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [] },
      target: { type: 'string', multiple: true, default: [...TARGETS] },
      'upstream-era': { type: 'string', default: 'auto' },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(USAGE)
    return undefined
  }
  return {
    only: values.only,
    targets: values.target.map((target) => oneOf(target, TARGETS)),
    era: oneOf(values['upstream-era'], UPSTREAM_ERAS),
    out: values.out ?? join(mkdtempSync(join(tmpdir(), 'causeway-conformance-')), 'results.json'),
  }
}

function oneOf<T extends string>(value: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value)
  if (!found) throw new Error(`Cannot use "${value}": want one of ${allowed.join(', ')}`)
  return found
}

async function runAll({ only, targets, era, out }: Options): Promise<number> {
  const scenarios = REVISIONS.flatMap(scenariosOf).filter(({ name }) => only.length === 0 || only.includes(name))
  if (scenarios.length === 0) throw new Error(`Cannot run "${only.join(', ')}": no such scenario`)
  const runs = new Map<Target, ReadonlyMap<Revision, Checks>>()
  for (const target of targets)
    runs.set(target, await runTarget(target, era, { scenarios, isPartial: only.length > 0 }))
  const judgement = judge(runs, scenarios, readBaseline(era))
  writeFileSync(out, `${JSON.stringify(judgement, null, 2)}\n`)
  process.stdout.write(`${reportOf(judgement)}\nResults: ${out}\n`)
  return judgement.outcomes.some(isBad) || judgement.stale.length > 0 ? 1 : 0
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
