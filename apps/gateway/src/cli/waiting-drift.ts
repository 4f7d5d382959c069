/** The definitions that wait for a person, as the commands of `drift` name and find them. */
import { hash } from 'node:crypto'
import { prefixOf, publicName } from '../catalog/namespace.ts'
import type { Config } from '../config/schema.ts'
import type { StoredPin } from '../store/pins.ts'
import { CliError } from './cli-error.ts'
import type { Workspace } from './workspace.ts'

/** One definition that waits. */
export interface WaitingDrift {
  /** Stands for exactly this new definition; another change has another id. */
  id: string
  upstream: string
  kind: string
  /** As agents know it. */
  name: string
  reason: string
  sinceMs: number
  pin: StoredPin & { heldHash: string; heldText: string }
}

/** All that wait, by upstream, kind and name. */
export function waitingDrift({ config, existingStore }: Pick<Workspace, 'config' | 'existingStore'>): WaitingDrift[] {
  const pins = existingStore()?.pins.held() ?? []
  return pins.flatMap((pin) => {
    const { upstream, kind, heldHash, heldText } = pin
    if (heldHash === null || heldText === null) return []
    return [
      {
        id: hash('sha256', JSON.stringify([upstream, kind, pin.name, heldHash])).slice(0, 10),
        upstream,
        kind,
        name: nameOf(pin, config),
        reason: pin.heldReason ?? '',
        sinceMs: pin.heldMs ?? 0,
        pin: { ...pin, heldHash, heldText },
      },
    ]
  })
}

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

/** What is told of one in JSON. */
export function driftData({ id, upstream, kind, name, reason, sinceMs, pin }: WaitingDrift) {
  const since = new Date(sinceMs).toISOString()
  return { id, upstream, kind, name, reason, since, isNew: pin.hash === null }
}

function nameOf({ upstream, kind, name }: StoredPin, config: Config): string {
  if (kind === 'instructions') return `${upstream}/instructions`
  if (kind !== 'tools' && kind !== 'prompts') return name
  const known = config.upstreams[upstream]
  return publicName(known ? prefixOf(known) : upstream, name)
}
