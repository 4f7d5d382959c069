/** Finds what waits by what a person calls it. */
import type { WaitingDrift } from '../drift/waiting-drift.ts'
import { CliError } from './cli-error.ts'

/**
 * The one that waits under this id or name.
 * @throws CliError when there is none, or more than one of the name
 */
export function findDrift(waiting: readonly WaitingDrift[], wanted: string): WaitingDrift {
  const found = waiting.filter(({ id, name }) => id === wanted || name === wanted)
  if (found.length === 1) return found[0] as WaitingDrift
  if (found.length === 0)
    throw new CliError('usage', `Cannot find "${wanted}": nothing of that id or name waits`, {
      code: 'drift_unknown',
      hint: 'See `causeway drift ls`; a definition that has changed once more has a new id',
    })
  throw new CliError('usage', `Cannot tell which "${wanted}" is meant: ${found.length} wait`, {
    code: 'drift_ambiguous',
    hint: `Use one of the ids ${found.map(({ id, kind }) => `${id} (${kind})`).join(', ')}`,
  })
}
