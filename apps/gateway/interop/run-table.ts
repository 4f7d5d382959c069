/** Writes a run down for the terminal: one line a client, and below what went wrong. */
import { type Client, STEPS } from './client.ts'
import type { Findings } from './play-scenario.ts'
import { versionOf } from './results.ts'

const WIDTHS = [42, 10, 12, 7, 19]
const STEP_WIDTH = 9
const MARKS = { yes: 'yes', no: 'NO', not: '-' }

/** The heading line. */
export function headingLine(): string {
  return lineOf(['client', 'version', 'revision', 'tools', 'model sees', ...STEPS, 'seconds'])
}

/** The line of one client. */
export function clientLine(client: Client, { revision, tools, sees, steps, seconds }: Findings): string {
  const verdicts = STEPS.map((step) => MARKS[steps[step].verdict])
  return lineOf([client.title, versionOf(client), revision, String(tools), sees, ...verdicts, String(seconds)])
}

/** What went wrong with a client, as lines; none when nothing did. */
export function problemLines({ id, steps }: Findings): string[] {
  return STEPS.filter((step) => steps[step].verdict === 'no').map((step) => `${id}, ${step}: ${steps[step].note}`)
}

function lineOf(cells: readonly string[]): string {
  return cells
    .map((cell, index) => cell.padEnd(WIDTHS[index] ?? STEP_WIDTH))
    .join(' ')
    .trimEnd()
}
