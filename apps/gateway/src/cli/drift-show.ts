/** `causeway drift show`: what a definition was, and what it wants to be. */

import type { SchemaChange } from '@causeway/shared-contracts/schema-diff/schema-changes'
import { type DefinitionChanges, definitionChanges } from '../drift/definition-changes.ts'
import { suspiciousPhrases } from '../drift/suspicious-phrases.ts'
import { driftData, waitingDrift } from '../drift/waiting-drift.ts'
import { escaped } from './escaped.ts'
import { findDrift } from './find-drift.ts'
import type { Workspace } from './workspace.ts'

/**
 * Prints the difference, or the whole definition where there was none before; as JSON both too.
 * @param named id or name
 * @throws CliError when nothing of that name waits
 */
export function driftShow(workspace: Workspace, named: string): void {
  const drift = findDrift(waitingDrift(workspace.config, workspace.existingStore()), named)
  const { pin, upstream, kind, name, reason, id } = drift
  const before: unknown = pin.text === null ? null : JSON.parse(pin.text)
  const after: unknown = JSON.parse(pin.heldText)
  const changes = pin.text === null ? null : definitionChanges(pin.text, pin.heldText)
  const warnings = suspiciousPhrases(pin.heldText)
  workspace.printer.answer({ ...driftData(drift), changes, warnings, before, after }, () =>
    [
      `${id}  ${kind} ${escaped(name)} of upstream ${upstream}: ${escaped(reason)}`,
      ...warnings.map((warning) => `WARNING: it ${warning}`),
      '',
      ...(changes === null ? ['published now:', ...printable(after)] : changeLines(changes)),
    ].join('\n'),
  )
}

function changeLines({ verdict, input, output, members }: DefinitionChanges): string[] {
  const lines = (what: string, changes: readonly SchemaChange[]) =>
    changes.map(({ kind, at }) => `${what} ${escaped(at) || '(as a whole)'}: ${kind}`)
  return [
    `for programs that call it as before: ${verdict}`,
    ...lines('input', input),
    ...lines('output', output),
    ...members.flatMap(({ member, before, after }) => [
      `${escaped(member) || 'text'}:`,
      ...(before === undefined ? [] : printable(before).map((line) => `  - ${line}`)),
      ...(after === undefined ? [] : printable(after).map((line) => `  + ${line}`)),
    ]),
    '',
    'The whole of both: --json',
  ]
}

function printable(value: unknown): string[] {
  return (JSON.stringify(value, null, 2) ?? '').split('\n').map(escaped)
}
