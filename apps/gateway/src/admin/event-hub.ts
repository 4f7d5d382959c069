/** What happens in the gateway, as it happens, for admins who watch: numbered, and the latest kept for those who come back. */
import { randomBytes } from 'node:crypto'
import type { AuditRecord } from '../audit/read-records.ts'
import type { RunningGateway } from '../gateway.ts'
import type { Store } from '../store/open-store.ts'

/** The kinds of events. */
export type AdminEventType = 'catalog' | 'upstream' | 'drift' | 'policy' | 'agents' | 'approvals' | 'audit'

/** One event. */
export interface AdminEvent {
  /** Text that orders events of one process. */
  id: string
  type: AdminEventType
  data: unknown
}

/** Tells listeners, and remembers. */
export interface EventHub {
  publish(type: AdminEventType, data: unknown): void
  /** @returns the function that ends it */
  listen(listener: (event: AdminEvent) => void): () => void
  /** What came after an event; `undefined` when that is not known any more. */
  since(id: string): AdminEvent[] | undefined
  close(): void
}

const KEPT = 500
const POLL_MS = 500
const RECORDS_A_SECOND = 50

/** Watches a gateway and its store. */
export function createEventHub(gateway: RunningGateway, store: Store): EventHub {
  const run = randomBytes(4).toString('hex')
  const kept: AdminEvent[] = []
  const listeners = new Set<(event: AdminEvent) => void>()
  let count = 0
  const publish = (type: AdminEventType, data: unknown) => {
    const event = { id: `${run}-${++count}`, type, data }
    kept.push(event)
    if (kept.length > KEPT) kept.shift()
    for (const listener of listeners) listener(event)
  }
  // Records are read again from the record: a busy second of them must not drive the rest out.
  const tell = (type: AdminEventType, data: unknown) => {
    for (const listener of listeners) listener({ id: `${run}-${count}`, type, data })
  }
  const changes = [
    onChange(
      () => gateway.catalog.current.version,
      (version) => publish('catalog', { version }),
    ),
    onChange(
      () => JSON.stringify(store.pins.heldMarks()),
      (held) => publish('drift', { waiting: JSON.parse(held).length }),
    ),
    onChange(store.policyVersions.newest, (version) => publish('policy', { version })),
    onChange(
      () => agentsOf(store),
      () => publish('agents', {}),
    ),
    onChange(store.approvals.revision, () => publish('approvals', {})),
  ]
  const look = () => {
    for (const change of changes) change()
  }
  const stops = [
    gateway.catalog.onSwap(look),
    store.onChange(look),
    gateway.onUpstreamState(({ id, state }) => {
      const { kind, ...more } = state
      publish('upstream', { id, state: kind, ...more })
    }),
  ]
  // What costs something is looked at while somebody listens.
  const watch = () => {
    const timer = setInterval(look, POLL_MS).unref()
    const stopAudit = gateway.audit.subscribe(atMost(RECORDS_A_SECOND, (told) => tell('audit', told)))
    return () => {
      clearInterval(timer)
      stopAudit()
    }
  }
  let watching = () => {}
  return {
    publish,
    listen(listener) {
      if (listeners.size === 0) watching = watch()
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) watching()
      }
    },
    since(id) {
      if (id === `${run}-${count}`) return []
      const at = kept.findIndex((event) => event.id === id)
      return at < 0 ? undefined : kept.slice(at + 1)
    },
    close() {
      for (const stop of stops) stop()
      watching()
      listeners.clear()
    },
  }
}

// The next record that is told says how many were not.
function atMost(perSecond: number, tell: (told: unknown) => void): (record: AuditRecord) => void {
  let second = 0
  let count = 0
  let skipped = 0
  return (record) => {
    const now = Math.floor(Date.now() / 1_000)
    if (now !== second) count = 0
    second = now
    if (++count > perSecond) {
      skipped++
      return
    }
    tell(skipped > 0 ? { record, skipped } : { record })
    skipped = 0
  }
}

function onChange<T>(read: () => T, tell: (value: T) => void): () => void {
  let before = read()
  return () => {
    const now = read()
    if (now === before) return
    before = now
    tell(now)
  }
}

// Uses of keys are no change; neither is somebody who acts as an agent for a minute.
function agentsOf(store: Store): string {
  const keys = store.apiKeys.list().filter(({ origin }) => origin !== 'impersonation')
  return JSON.stringify([
    store.agents.list(),
    keys.map(({ keyId, expiresMs, revokedMs }) => [keyId, expiresMs, revokedMs]),
  ])
}
