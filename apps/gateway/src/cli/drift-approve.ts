/** `causeway drift approve`: accepts definitions that wait; a running gateway serves them within seconds. */

import { driftData, waitingDrift } from '../drift/waiting-drift.ts'
import { CliError } from './cli-error.ts'
import { escaped } from './escaped.ts'
import { findDrift } from './find-drift.ts'
import type { Workspace } from './workspace.ts'

/**
 * Approves what is named, all of it or nothing.
 * @param named ids or names
 * @param upstream approves all that waits of this upstream instead
 * @throws CliError when something is not there, or changed once more in the meantime
 */
export function driftApprove(
  workspace: Workspace,
  named: readonly string[],
  { upstream }: { upstream?: string } = {},
): void {
  const { store, printer } = workspace
  const waiting = waitingDrift(workspace.config, workspace.existingStore())
  if ((named.length === 0) === (upstream === undefined))
    throw new CliError('usage', 'Cannot approve: want ids or names, or --upstream', {
      code: 'usage',
      hint: 'See `causeway drift ls`',
    })
  const chosen =
    upstream === undefined
      ? named.map((each) => findDrift(waiting, each))
      : waiting.filter((each) => each.upstream === upstream)
  if (chosen.length > 0)
    store().transaction(() => {
      for (const { pin, id } of chosen) if (!store().pins.approve(pin, pin.heldHash, Date.now())) throw changed(id)
    })
  printer.answer(chosen.map(driftData), () =>
    chosen.length === 0
      ? 'Nothing waits.'
      : chosen.map(({ kind, name }) => `approved ${kind} ${escaped(name)}`).join('\n'),
  )
}

function changed(id: string): CliError {
  return new CliError('drift', `Cannot approve "${id}": the definition has changed once more`, {
    code: 'drift_changed',
    hint: 'Look at it again: `causeway drift ls`',
  })
}
