/** `causeway drift show`: what a definition was, and what it wants to be. */
import { driftData, findDrift, waitingDrift } from './waiting-drift.ts'
import type { Workspace } from './workspace.ts'

/**
 * Prints both definitions.
 * @param named id or name
 * @throws CliError when nothing of that name waits
 */
export function driftShow(workspace: Workspace, named: string): void {
  const drift = findDrift(waitingDrift(workspace), named)
  const { pin, upstream, kind, name, reason } = drift
  const before: unknown = pin.text === null ? null : JSON.parse(pin.text)
  const after: unknown = JSON.parse(pin.heldText)
  workspace.printer.answer({ ...driftData(drift), before, after }, () =>
    [
      `${kind} ${name} of upstream ${upstream}: ${reason}`,
      ...(before === null ? [] : ['', 'accepted:', printable(before)]),
      '',
      'published now:',
      printable(after),
    ].join('\n'),
  )
}

// What a stranger wrote must not steer the terminal.
function printable(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(
    /[^\n\P{C}]|\p{Default_Ignorable_Code_Point}/gu,
    (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`,
  )
}
