/** The figures as tables for a person, in Markdown, so that they can be kept as they are. */
import type { ListFigure } from './measures/measure-lists.ts'
import type { RestFigure } from './measures/measure-rest.ts'
import type { Figure } from './summarize.ts'

/** Calls: one row for each scenario and target. */
export function callTable(figures: readonly Figure[]): string {
  return table(
    [
      'scenario',
      'way',
      'CPU µs/request',
      '× nginx',
      '× SDK',
      '× other',
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
      number(figure.cpuRatio.against, 3),
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
    ['tools', 'view', 'page bytes', 'CPU µs/request', 'requests/s', 'p50 ms', 'p99 ms', 'RSS MiB'],
    figures.map((figure) => [
      String(figure.tools),
      figure.view,
      String(figure.answerBytes),
      number(figure.cpuUs, 1),
      number(figure.requestsPerSecond, 0),
      number(figure.p50Ms, 2),
      number(figure.p99Ms, 2),
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

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => (row[column] ?? '').length)))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(heads), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

function number(value: number | undefined, digits: number): string {
  return value === undefined ? '' : value.toFixed(digits)
}
