/** The definitions that wait for a person, with the ids by which the command line and the admin API name them. */
import { hash } from 'node:crypto'
import { prefixOf, publicName } from '../catalog/namespace.ts'
import type { Config } from '../config/schema.ts'
import type { Store } from '../store/open-store.ts'
import type { StoredPin } from '../store/pins.ts'

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

/** All that wait, by upstream, kind and name; nothing while there is no store. */
export function waitingDrift(config: Pick<Config, 'upstreams'>, store: Store | undefined): WaitingDrift[] {
  const pins = store?.pins.held() ?? []
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

/** What is told of one in JSON. */
export function driftData({ id, upstream, kind, name, reason, sinceMs, pin }: WaitingDrift) {
  const since = new Date(sinceMs).toISOString()
  return { id, upstream, kind, name, reason, since, isNew: pin.hash === null }
}

function nameOf({ upstream, kind, name }: StoredPin, config: Pick<Config, 'upstreams'>): string {
  if (kind === 'instructions') return `${upstream}/instructions`
  if (kind !== 'tools' && kind !== 'prompts') return name
  const known = config.upstreams[upstream]
  return publicName(known ? prefixOf(known) : upstream, name)
}
