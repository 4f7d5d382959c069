/** Holds a run against the committed bounds, which are loose: they tell a mistake from a noisy machine. */
import type { DecisionFigure } from './measures/measure-decisions.ts'
import type { FloodFigure } from './measures/measure-flood.ts'
import type { ListFigure } from './measures/measure-lists.ts'
import type { ManyFigure } from './measures/measure-many.ts'
import type { NeighborsFigure } from './measures/measure-neighbors.ts'
import type { RestFigure } from './measures/measure-rest.ts'
import type { Figure } from './summarize.ts'

/** What a run measured; a part that was left out is not checked. */
export interface Results {
  calls: readonly Figure[]
  lists: readonly ListFigure[]
  many: ManyFigure | undefined
  neighbors: NeighborsFigure | undefined
  flood: FloodFigure | undefined
  decisions: DecisionFigure | undefined
  rest: RestFigure | undefined
}

/** The most that each may be. */
export interface Expected {
  /** CPU of Causeway as a multiple of another way's, by scenario. */
  cpuRatio: Record<string, Partial<Record<'nginx' | 'sdk', number>>>
  listP99Ms: number
  mergeMs: number
  /** Of p99 with a hung neighbor to p99 without. */
  hungRatio: number
  /** p99 of an agent's calls beside another's flood. */
  floodP99Ms: number
  /** CPU of a decision. */
  compiledUs: number
  conditionUs: number
  /** Of CPU per call with two processes to CPU with one. */
  twoProcessesRatio: number
  startMs: number
  idleRssMiB: number
  rssKiBPerStream: number
}

/** One sentence for each figure that is worse than its bound. */
export function checkResults(
  { calls, lists, many, neighbors, flood, decisions, rest }: Results,
  expected: Expected,
): string[] {
  const checks: [string, number | undefined, number | undefined][] = []
  for (const { scenario, target, cpuRatio } of calls)
    if (target === 'causeway')
      for (const way of ['nginx', 'sdk'] as const)
        checks.push([`CPU × ${way} of ${scenario}`, cpuRatio[way], expected.cpuRatio[scenario]?.[way]])
  for (const { tools, view, p99Ms } of lists)
    if (view === 'few') checks.push([`p99 ms of a list from ${tools} tools`, p99Ms, expected.listP99Ms])
  if (many) {
    checks.push(['p99 ms of lists of many agents', many.p99Ms, expected.listP99Ms])
    checks.push(['ms to merge a change', many.mergeMs, expected.mergeMs])
  }
  if (neighbors) {
    const { callP99Ms, callP99BesideHungMs, cpuUs, cpuUsOfTwo } = neighbors
    checks.push(['p99 of calls × without a hung neighbor', callP99BesideHungMs / callP99Ms, expected.hungRatio])
    checks.push(['CPU of a call × without a second process', cpuUsOfTwo / cpuUs, expected.twoProcessesRatio])
  }
  checks.push(['p99 ms of calls beside a flood', flood?.floods[0]?.p99Ms, expected.floodP99Ms])
  checks.push(['µs of a decision', decisions?.compiledUs, expected.compiledUs])
  checks.push(['µs of a decision with a condition', decisions?.conditionUs, expected.conditionUs])
  checks.push(['ms from start to /livez', rest?.startMs, expected.startMs])
  checks.push(['MiB RSS idle', rest?.idleRssMiB, expected.idleRssMiB])
  checks.push(['KiB RSS per idle stream', rest?.rssKiBPerStream, expected.rssKiBPerStream])
  return checks.flatMap(([what, is, most]) =>
    is === undefined || most === undefined || is <= most ? [] : [`${what}: ${is.toFixed(2)}, expected at most ${most}`],
  )
}
