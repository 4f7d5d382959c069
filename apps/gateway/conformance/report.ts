/** Writes a judged run down for people: a table of scenarios by ways, the totals, and every problem. */
import { type BaselineEntry, WAYS, type Way } from './baseline.ts'
import { isBad, type Judgement, type Outcome, type Problem } from './judge.ts'

const CELL_WIDTH = 14
const MAX_TEXT = 300
const MAX_PROBLEMS = 4

/** The report as text that ends with a newline. */
export function reportOf({ outcomes, stale }: Judgement): string {
  const targets = WAYS.filter((target) => outcomes.some((outcome) => outcome.target === target))
  const rows = [...Map.groupBy(outcomes, ({ revision, scenario }) => `${revision} ${scenario}`)]
  const width = Math.max(...rows.map(([title]) => title.length)) + 2
  const line = (title: string, cells: string[]) =>
    [title.padEnd(width), ...cells.map((cell) => cell.padEnd(CELL_WIDTH))].join('').trimEnd()
  return [
    line('', targets),
    ...rows.map(([title, row]) =>
      line(
        title,
        targets.map((target) => cellOf(row, target)),
      ),
    ),
    '',
    ...totalsOf(outcomes, targets),
    ...rows.flatMap(([title, row]) => problemsOf(title, row)),
    ...stale.map(staleLine),
    '',
  ].join('\n')
}

function cellOf(row: readonly Outcome[], target: Way): string {
  const outcome = row.find((one) => one.target === target)
  if (!outcome) return ''
  const mark = isBad(outcome) ? ' ✗' : outcome.problems.length > 0 ? ' known' : ''
  return `${outcome.passed}/${outcome.passed + outcome.failed}${mark}`
}

function totalsOf(outcomes: readonly Outcome[], targets: readonly Way[]): string[] {
  const revisions = [...new Set(outcomes.map(({ revision }) => revision))]
  return revisions.map((revision) => {
    const parts = targets.map((target) => {
      const required = outcomes.filter((one) => one.revision === revision && one.target === target && one.isRequired)
      return `${target} ${required.filter((one) => !isBad(one)).length}/${required.length}`
    })
    return `Required scenarios of ${revision}: ${parts.join(', ')}`
  })
}

// The two routes mostly have the same problems, which are told once.
function problemsOf(title: string, row: readonly Outcome[]): string[] {
  const told = row.filter(({ problems }) => problems.length > 0)
  const alike = Map.groupBy(told, ({ problems }) => problems.map(({ check, text }) => check + text).join())
  return [...alike.values()].flatMap((outcomes) => {
    const problems = outcomes[0]?.problems ?? []
    const rest = problems.length - MAX_PROBLEMS
    return [
      `\n${title}: ${outcomes.map(({ target }) => target).join(', ')}`,
      ...problems.slice(0, MAX_PROBLEMS).map(problemLine),
      ...(rest > 0 ? [`  … and ${rest} more`] : []),
    ]
  })
}

function problemLine({ check, text, reason }: Problem): string {
  return `  ${reason ? 'known' : '✗'} ${check}: ${reason ?? text.slice(0, MAX_TEXT)}`
}

function staleLine({ revision, scenario, check, targets }: BaselineEntry): string {
  return `✗ baseline.yaml: nothing needs ${revision} ${scenario} ${check ?? ''} (${targets.join(', ')}) any more`
}

/** What an entry of the baseline keeps from being run, as a line. */
export function leftOutLine({ revision, scenario, reason }: BaselineEntry, count: number): string {
  return `Not run: ${count} scenarios ${scenario} of ${revision}. ${reason.trim()}`
}
