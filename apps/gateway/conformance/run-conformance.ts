/** Runs the official conformance suite on both sides of the gateway: toward agents, compared with the fixture itself, and toward upstreams. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { judgeAgentSide } from './agent-side.ts'
import { type Judgement, verdictOf } from './judge.ts'
import { TARGETS, type Target, UPSTREAM_ERAS, type UpstreamEra } from './open-target.ts'
import { leftOutLine, reportOf } from './report.ts'
import { judgeUpstreamSide } from './upstream-side/judge-upstream-side.ts'

const SIDES = ['agent', 'upstream'] as const

const USAGE = `Options:
  --side <agent | upstream>            toward agents or toward upstreams; may be repeated; both by default
  --only <scenario>                    one scenario, on each revision that has it; may be repeated
  --target <direct | s | mcp>          one way toward agents; may be repeated; all by default
  --upstream-era <auto|modern|legacy>  how the gateway speaks to the fixture (default auto)
  --out <file>                         where the results go as JSON (default: a new temporary directory)
`

/** What was asked for on the command line. */
interface Options {
  sides: (typeof SIDES)[number][]
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
      side: { type: 'string', multiple: true, default: [...SIDES] },
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
    sides: values.side.map((side) => oneOf(side, SIDES)),
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

async function runAll({ sides, only, targets, era, out }: Options): Promise<number> {
  const judgements: Judgement[] = []
  const add = (title: string, judgement: Judgement) => {
    if (judgement.outcomes.length === 0) return
    judgements.push(judgement)
    process.stdout.write(`${title}\n\n${reportOf(judgement)}\n`)
  }
  if (sides.includes('agent')) add('Toward agents', await judgeAgentSide({ only, targets, era }))
  if (sides.includes('upstream')) {
    const { judgement, leftOut } = await judgeUpstreamSide(only)
    add('Toward upstreams, with an agent of either era', judgement)
    for (const [entry, count] of leftOut) process.stdout.write(`${leftOutLine(entry, count)}\n`)
  }
  if (judgements.length === 0) throw new Error(`Cannot run "${only.join(', ')}": no such scenario`)
  const verdicts = judgements.map(verdictOf)
  const passed = verdicts.reduce((sum, verdict) => sum + verdict.passed, 0)
  const failed = verdicts.reduce((sum, verdict) => sum + verdict.failed, 0)
  writeFileSync(out, `${JSON.stringify({ passed, failed, judgements }, null, 2)}\n`)
  process.stdout.write(`\nResults: ${out}\n${passed} passed, ${failed} failed\n`)
  return failed > 0 ? 1 : 0
}
