/** Measures Causeway beside a direct call, nginx and a proxy made of the official SDK; prints tables and writes everything as JSON. */
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { checkResults, type Expected, type Results } from './check-results.ts'
import { type Extent, measureCalls, SCENARIOS } from './measures/measure-calls.ts'
import { measureDecisions } from './measures/measure-decisions.ts'
import { measureFlood } from './measures/measure-flood.ts'
import { measureLists } from './measures/measure-lists.ts'
import { measureMany } from './measures/measure-many.ts'
import { measureNeighbors } from './measures/measure-neighbors.ts'
import { measureRest } from './measures/measure-rest.ts'
import { isPinned } from './spawn-pinned.ts'
import { type Load, startLoad } from './start-load.ts'
import { type Slice, summarize } from './summarize.ts'
import { callTable, decisionTable, floodTable, listTable, manyTable, neighborsTable, restTable } from './tables.ts'
import { openTargets } from './targets.ts'
import { writeDocs } from './write-docs.ts'

const PARTS = [...SCENARIOS.map(({ name }) => name), 'lists', 'many', 'neighbors', 'flood', 'decisions', 'rest']
const USAGE = `Options:
  --quick          a look of about 20 s: one scenario, fewer and shorter slices
  --only <part>    one part, may be repeated: ${PARTS.join(', ')}
  --slices <n>     slices of each target (default 5)
  --against <dir>  compare the gateway of another checkout with this one's, and with nothing else
  --check          exit with 1 when a figure is far worse than bench/expected.json
  --profile <dir>  write CPU profiles of the gateway there
  --out <file>     write slices and figures as JSON
  --docs           write the tables of what was measured into docs/performance.md
`

const DOCUMENT = join(import.meta.dirname, '../../../docs/performance.md')
const QUICK_PARTS = ['json-small-32', 'lists', 'decisions', 'rest']
const FULL: Extent = { slices: 5, sliceMs: 1_200, warmUpMs: 4_000 }
const QUICK: Extent = { slices: 2, sliceMs: 500, warmUpMs: 500 }

/** What was asked for on the command line. */
interface Options {
  parts: readonly string[]
  extent: Extent
  isQuick: boolean
  isChecked: boolean
  profileDir: string | undefined
  against: string | undefined
  out: string | undefined
  isForDocs: boolean
}

const options = readOptions()
if (options) process.exitCode = await runAll(options)

function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      slices: { type: 'string' },
      check: { type: 'boolean', default: false },
      profile: { type: 'string' },
      against: { type: 'string' },
      out: { type: 'string' },
      docs: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    say(USAGE)
    return undefined
  }
  const parts = values.only ?? (values.quick ? QUICK_PARTS : PARTS)
  const unknown = parts.find((part) => !PARTS.includes(part))
  if (unknown !== undefined) throw new Error(`Cannot measure "${unknown}": want one of ${PARTS.join(', ')}`)
  const extent = values.quick ? QUICK : FULL
  return {
    parts,
    extent: { ...extent, slices: values.slices === undefined ? extent.slices : Number(values.slices) },
    isQuick: values.quick,
    isChecked: values.check,
    profileDir: values.profile,
    against: values.against,
    out: values.out,
    isForDocs: values.docs,
  }
}

async function runAll(options: Options): Promise<number> {
  const machine = { cores: availableParallelism(), cpu: cpus()[0]?.model, node: process.version, isPinned }
  const before = loadavg()
  const load = await startLoad()
  try {
    const slices = await runCalls(options, load)
    const results = { calls: summarize(slices), ...(await runOthers(options, load)) }
    const loads = { before, after: loadavg() }
    const blocks = { machine: machineText(machine, loads), ...tablesOf(results) }
    say(`${Object.values(blocks).join('\n\n')}\n`)
    if (options.isForDocs) writeDocs(DOCUMENT, blocks)
    if (options.out) writeFileSync(options.out, `${JSON.stringify({ machine, loads, ...results, slices }, null, 2)}\n`)
    return options.isChecked ? report(results) : 0
  } finally {
    await load.stop()
  }
}

function machineText(
  { cores, cpu, node, isPinned: pinned }: { cores: number; cpu: string | undefined; node: string; isPinned: boolean },
  { before, after }: { before: number[]; after: number[] },
): string {
  const date = new Date().toISOString().slice(0, 10)
  const loads = `load average ${before[0]?.toFixed(1)} before and ${after[0]?.toFixed(1)} after (the run itself is 1 to 2)`
  return `${date}: ${cores} cores (${cpu}), Node.js ${node}, ${pinned ? 'pinned' : 'not pinned'}, ${loads}.`
}

function tablesOf({ calls, lists, many, neighbors, flood, decisions, rest }: Results): Record<string, string> {
  return {
    ...(calls.length > 0 ? { calls: callTable(calls) } : {}),
    ...(lists.length > 0 ? { lists: listTable(lists) } : {}),
    ...(many ? { many: manyTable(many) } : {}),
    ...(neighbors ? { neighbors: neighborsTable(neighbors) } : {}),
    ...(flood ? { flood: floodTable(flood) } : {}),
    ...(decisions ? { decisions: decisionTable(decisions) } : {}),
    ...(rest ? { rest: restTable(rest) } : {}),
  }
}

async function runCalls({ parts, extent, ...options }: Options, load: Load): Promise<Slice[]> {
  const scenarios = SCENARIOS.filter(({ name }) => parts.includes(name))
  if (scenarios.length === 0) return []
  const { targets, stop } = await openTargets(options)
  try {
    const slices: Slice[] = []
    for (const scenario of scenarios) slices.push(...(await measureCalls(scenario, targets, { load, extent })))
    return slices
  } finally {
    await stop()
  }
}

async function runOthers({ parts, extent, isQuick }: Options, load: Load): Promise<Omit<Results, 'calls'>> {
  const sizes = isQuick ? [1_000] : [10, 1_000, 10_000]
  return {
    lists: parts.includes('lists') ? await measureLists(sizes, { load, extent }) : [],
    many: parts.includes('many') ? await measureMany({ upstreams: 200, agents: 500 }, { load, extent }) : undefined,
    neighbors: parts.includes('neighbors') ? await measureNeighbors({ load, extent }) : undefined,
    flood: parts.includes('flood') ? await measureFlood({ load, extent }) : undefined,
    decisions: parts.includes('decisions') ? measureDecisions() : undefined,
    rest: parts.includes('rest')
      ? await measureRest(load, isQuick ? { starts: 2, streams: 500 } : { starts: 5, streams: 5_000 })
      : undefined,
  }
}

function report(results: Results): number {
  const expected = JSON.parse(readFileSync(join(import.meta.dirname, 'expected.json'), 'utf8')) as Expected
  const problems = checkResults(results, expected)
  say(
    problems.length === 0 ? 'All figures are within their bounds.\n' : `Worse than expected:\n${problems.join('\n')}\n`,
  )
  return problems.length === 0 ? 0 : 1
}

function say(text: string): void {
  process.stdout.write(text)
}
