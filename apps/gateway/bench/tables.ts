/** The figures as tables for a person, in Markdown, so that they can be kept as they are. */
import type { DecisionFigure } from './measures/measure-decisions.ts'
import type { FloodFigure } from './measures/measure-flood.ts'
import { type ListFigure, PACED_PER_SECOND } from './measures/measure-lists.ts'
import type { ManyFigure } from './measures/measure-many.ts'
import type { NeighborsFigure } from './measures/measure-neighbors.ts'
import type { RestFigure } from './measures/measure-rest.ts'
import type { Figure } from './summarize.ts'

/** Calls: one row for each scenario and target. */
export function callTable(figures: readonly Figure[]): string {
  const isAgainst = figures.some(({ target }) => target === 'against')
  return table(
    [
      'scenario',
      'way',
      'CPU µs/request',
      '× nginx',
      '× SDK',
      ...(isAgainst ? ['× against'] : []),
      'requests/s',
      '× direct',
      'p50 ms',
      'added p50 ms',
      'p99 ms',
    ],
    figures.map((figure) => [
      figure.scenario,
      figure.target === 'direct' ? 'direct (CPU of the upstream)' : figure.target,
      number(figure.cpuUs, 1),
      number(figure.cpuRatio.nginx, 2),
      number(figure.cpuRatio.sdk, 3),
      ...(isAgainst ? [number(figure.cpuRatio.against, 3)] : []),
      number(figure.requestsPerSecond, 0),
      number(figure.rateToDirect, 2),
      number(figure.p50Ms, 2),
      figure.target === 'direct' ? '' : number(figure.addedP50Ms, 2),
      number(figure.p99Ms, 2),
    ]),
  )
}

/** Lists: one row for each catalog and agent. */
export function listTable(figures: readonly ListFigure[]): string {
  return table(
    [
      ...['tools', 'view', 'page bytes', 'CPU µs/request', 'requests/s', 'p50 ms', 'p99 ms'],
      ...[`p99 ms at ${PACED_PER_SECOND}/s`, 'RSS MiB'],
    ],
    figures.map((figure) => [
      String(figure.tools),
      figure.view,
      String(figure.answerBytes),
      number(figure.cpuUs, 1),
      number(figure.requestsPerSecond, 0),
      number(figure.p50Ms, 2),
      number(figure.p99Ms, 2),
      number(figure.pacedP99Ms, 2),
      number(figure.rssMiB, 0),
    ]),
  )
}

/** A gateway at rest. */
export function restTable(figure: RestFigure): string {
  return table(
    ['at rest', 'figure'],
    [
      [`start to /livez, best of ${figure.starts}`, `${number(figure.startMs, 0)} ms`],
      ['RSS idle', `${number(figure.idleRssMiB, 0)} MiB`],
      [`RSS of an idle stream, ${figure.streams} open`, `${number(figure.rssKiBPerStream, 1)} KiB`],
    ],
  )
}

/** Many upstreams and agents. */
export function manyTable(figure: ManyFigure): string {
  const { upstreams, toolsEach, agents } = figure
  return table(
    [`${upstreams} upstreams of ${toolsEach} tools, ${agents} agents in turn`, 'figure'],
    [
      ['CPU of a list', `${number(figure.cpuUs, 1)} µs`],
      ['p99 of lists at 32 connections', `${number(figure.p99Ms, 2)} ms`],
      ["the same while one upstream's list changes", `${number(figure.p99WhileChangingMs, 2)} ms`],
      [`p99 at ${PACED_PER_SECOND} lists a second`, `${number(figure.pacedP99Ms, 2)} ms`],
      ["the same while one upstream's list changes", `${number(figure.pacedP99WhileChangingMs, 2)} ms`],
      ['from the change to a list that shows it, a pause of 50 ms included', `${number(figure.changeShownMs, 0)} ms`],
      ['merging the change', `${number(figure.mergeMs, 1)} ms`],
      ["an agent's view and page after it", `${number(figure.viewMs, 1)} ms`],
      ['RSS', `${number(figure.rssMiB, 0)} MiB`],
    ],
  )
}

/** An agent beside another's flood. */
export function floodTable(figure: FloodFigure): string {
  const { perSecond, p99Ms, floods } = figure
  return table(
    [
      `an agent with ${perSecond} calls a second, and another with a flood`,
      'answered/s',
      'p99 without',
      'with',
      'ratio',
    ],
    floods.map((flood) => [
      `${flood.wantedPerSecond ?? 'endless'} calls a second on ${flood.connections} connections`,
      number(flood.perSecond, 0),
      `${number(p99Ms, 2)} ms`,
      `${number(flood.p99Ms, 2)} ms`,
      number(flood.p99Ms / p99Ms, 2),
    ]),
  )
}

/** Decisions by themselves. */
export function decisionTable({ tools, rules, compiledUs, conditionUs }: DecisionFigure): string {
  return table(
    [`finding and deciding a call, ${tools} tools and ${rules} rules`, 'CPU'],
    [
      ['no condition', `${number(compiledUs, 2)} µs`],
      ['one condition', `${number(conditionUs, 2)} µs`],
    ],
  )
}

/** A hung upstream and a second process. */
export function neighborsTable(figure: NeighborsFigure): string {
  const { callP99Ms, callP99BesideHungMs, listP99Ms, listP99BesideHungMs, cpuUs, cpuUsOfTwo, cpuUsOfHalf } = figure
  const row = (what: string, unit: string, [alone, beside]: readonly [number, number]) => [
    what,
    `${number(alone, 2)} ${unit}`,
    `${number(beside, 2)} ${unit}`,
    number(beside / alone, 2),
  ]
  return table(
    ['neighbors', 'without', 'with', 'ratio'],
    [
      row(`p99 of calls, ${figure.hungCalls} calls to another upstream hanging`, 'ms', [
        callP99Ms,
        callP99BesideHungMs,
      ]),
      row('p99 of lists, the same', 'ms', [listP99Ms, listP99BesideHungMs]),
      row('CPU of a call, a second process on the same store sharing the load', 'µs', [cpuUs, cpuUsOfTwo]),
      row('CPU of a call, half of the connections and no second process', 'µs', [cpuUs, cpuUsOfHalf]),
    ],
  )
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => (row[column] ?? '').length)))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(heads), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

function number(value: number | undefined, digits: number): string {
  return value === undefined ? '' : value.toFixed(digits)
}
