/** `causeway drift ls`: the definitions that wait for a person, and since when. */

import { driftData, waitingDrift } from '../drift/waiting-drift.ts'
import { CliError } from './cli-error.ts'
import { escaped } from './escaped.ts'
import { formatTable, formatTime } from './table.ts'
import type { Workspace } from './workspace.ts'

/**
 * Prints what waits.
 * @throws CliError when something does, so that a script need not read the list
 */
export function driftLs(workspace: Workspace): void {
  const { printer } = workspace
  const waiting = waitingDrift(workspace.config, workspace.existingStore())
  const data = waiting.map(driftData)
  if (waiting.length === 0) {
    printer.answer(data, () => 'Nothing waits: every definition is as it was accepted.')
    return
  }
  const rows = waiting.map(({ id, upstream, kind, name, sinceMs, reason }) => [
    id,
    upstream,
    kind,
    escaped(name),
    formatTime(sinceMs),
    escaped(reason),
  ])
  if (!printer.isJson)
    printer.answer(data, () => formatTable(['ID', 'UPSTREAM', 'KIND', 'NAME', 'SINCE (UTC)', 'REASON'], rows))
  const wait = waiting.length === 1 ? '1 definition waits' : `${waiting.length} definitions wait`
  throw new CliError('drift', `${wait} for a person`, {
    code: 'drift_waiting',
    hint: '`causeway drift show <id>` shows what has changed, `causeway drift approve <id>` accepts it',
    data,
  })
}
