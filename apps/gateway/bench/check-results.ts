/** Holds a run against the committed bounds, which are loose: they tell a mistake from a noisy machine. */
import type { ListFigure } from './measures/measure-lists.ts'
import type { RestFigure } from './measures/measure-rest.ts'
import type { Figure } from './summarize.ts'

/** What a run measured; a part that was left out is not checked. */
export interface Results {
  calls: readonly Figure[]
  lists: readonly ListFigure[]
  rest: RestFigure | undefined
}

/** The most that each may be. */
export interface Expected {
  /** CPU of Causeway as a multiple of another way's, by scenario. */
  cpuRatio: Record<string, Partial<Record<'nginx' | 'sdk', number>>>
  listP99Ms: number
  startMs: number
  idleRssMiB: number
  rssKiBPerStream: number
}

/** One sentence for each figure that is worse than its bound. */
export function checkResults({ calls, lists, rest }: Results, expected: Expected): string[] {
  const checks: [string, number | undefined, number | undefined][] = []
  for (const { scenario, target, cpuRatio } of calls)
    if (target === 'causeway')
      for (const way of ['nginx', 'sdk'] as const)
        checks.push([`CPU × ${way} of ${scenario}`, cpuRatio[way], expected.cpuRatio[scenario]?.[way]])
  for (const { tools, view, p99Ms } of lists)
    if (view === 'few') checks.push([`p99 ms of a list from ${tools} tools`, p99Ms, expected.listP99Ms])
  checks.push(['ms from start to /livez', rest?.startMs, expected.startMs])
  checks.push(['MiB RSS idle', rest?.idleRssMiB, expected.idleRssMiB])
  checks.push(['KiB RSS per idle stream', rest?.rssKiBPerStream, expected.rssKiBPerStream])
  return checks.flatMap(([what, is, most]) =>
    is === undefined || most === undefined || is <= most ? [] : [`${what}: ${is.toFixed(2)}, expected at most ${most}`],
  )
}
