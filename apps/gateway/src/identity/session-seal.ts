/** Legacy session ids that carry the session: any replica and any restart opens them, nobody else does, and none proves who calls. */
import { randomBytes } from 'node:crypto'
import { createSealer, type Sealer } from '@causeway/shared-contracts/sealer'
import type { Store } from '../store/open-store.ts'
import type { SealingKey } from '../store/sealing-keys.ts'
import type { SessionRow } from '../store/sessions.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const IDLE_LIFE_MS = DAY_MS
/** How long a session lives at most, and a key that seals sessions no more. */
export const SESSION_LIFE_MS = 30 * DAY_MS
const TOUCH_INTERVAL_MS = 10 * MINUTE_MS
const KEY_LIFE_MS = 30 * DAY_MS
/** So that a client which opens sessions without end fills no disk: its agent's longest unused ones end first. */
const MAX_PER_AGENT = 10_000
const MAX_ID_BYTES = 1_024
const MAX_CLIENT_NAME_BYTES = 96
const FORM = /^([A-Za-z0-9_-]{8})\.([A-Za-z0-9_-]+)$/

/** What `initialize` settled. */
export interface SessionFacts {
  /** The path the session was opened on; it is good for no other. */
  route: string
  agent: string
  /** What stands for the user that the agent acts for. */
  userKey?: string
  /** The negotiated protocol revision. */
  revision: string
  /** The client's capabilities; when they do not fit they are kept as their names alone. */
  capabilities: Record<string, unknown>
  /** Cut to 96 bytes. */
  clientName: string
}

/** What a session id holds. */
export interface Session extends SessionFacts {
  /** Names the session in the store and in the log. */
  number: number
  issuedAtMs: number
}

/** A session that goes on, with what the store keeps of it. */
export interface OpenSession extends Session {
  /** The log severity that its client asked for. */
  logLevel: string | undefined
}

/** Opens and ends sessions. */
export interface SessionSealer {
  /**
   * Starts a session.
   * @param heard what its client knows of the lists by now
   * @returns its id: visible ASCII, at most 1 KiB
   * @throws when the facts do not fit
   */
  seal(facts: SessionFacts, heard?: string): string
  /** The session of an id, if it is genuine and has not ended. The caller must still be the request's own. */
  open(id: string): OpenSession | undefined
  /** Whether a session that was opened goes on; asking is using it. */
  goesOn(session: Session): boolean
  setLogLevel(number: number, level: string): void
  /** Ends a session everywhere. */
  end(number: number): void
  /** Starts to seal with a new key; ids sealed before stay good. */
  rotate(): void
}

/** Makes the sealer of a store; its keys renew themselves every 30 days. */
export function createSessionSealer(store: Store, now: () => number = Date.now): SessionSealer {
  const sealers = new Map<string, Sealer>()
  const sealerOf = (key: SealingKey | undefined): Sealer | undefined => {
    if (!key) return undefined
    const sealer = createSealer(key.secret, 'session')
    sealers.set(key.id, sealer)
    return sealer
  }
  return {
    seal(facts, heard) {
      const nowMs = now()
      return store.transaction(() => {
        const key = currentKey(store, nowMs)
        store.sessions.sweep(nowMs - IDLE_LIFE_MS)
        const session: Session = {
          ...facts,
          clientName: cut(facts.clientName, MAX_CLIENT_NAME_BYTES),
          number: store.sessions.begin(facts.agent, nowMs, heard),
          issuedAtMs: nowMs,
        }
        store.sessions.keepNewest(facts.agent, MAX_PER_AGENT)
        return sealFitting(key, session)
      })
    },
    open(id) {
      const [, keyId = '', sealed = ''] = (id.length <= MAX_ID_BYTES && FORM.exec(id)) || []
      const sealer = sealers.get(keyId) ?? (keyId ? sealerOf(store.sealingKeys.get(keyId)) : undefined)
      const session = unpack(sealer?.open(sealed, keyId))
      const row = session && use(store, session, now())
      return row && { ...session, logLevel: row.logLevel }
    },
    goesOn: (session) => use(store, session, now()) !== undefined,
    setLogLevel: (number, level) => store.sessions.setLogLevel(number, level),
    end: (number) => store.sessions.end(number),
    rotate: () => store.transaction(() => void succeed(store, now())),
  }
}

function sealFitting(key: SealingKey, session: Session): string {
  const whole = sealWith(key, session)
  if (whole.length <= MAX_ID_BYTES) return whole
  const id = sealWith(key, { ...session, capabilities: namesAlone(session.capabilities) })
  if (id.length > MAX_ID_BYTES) throw new Error(`Cannot seal a session: its id would have ${id.length} bytes`)
  return id
}

function sealWith(key: SealingKey, session: Session): string {
  return `${key.id}.${createSealer(key.secret, 'session').seal(pack(session), key.id)}`
}

function currentKey(store: Store, nowMs: number): SealingKey {
  const key = store.sealingKeys.current()
  return key && nowMs < key.createdMs + KEY_LIFE_MS ? key : succeed(store, nowMs)
}

function succeed(store: Store, nowMs: number): SealingKey {
  const key = { id: randomBytes(6).toString('base64url'), secret: randomBytes(32), createdMs: nowMs }
  store.sealingKeys.sweep(nowMs - SESSION_LIFE_MS)
  store.sealingKeys.succeed(key)
  return { ...key, retiredMs: null }
}

// One read serves the whole request.
function use(store: Store, session: Session, nowMs: number): SessionRow | undefined {
  const row = store.sessions.get(session.number)
  if (!row || nowMs >= row.usedMs + IDLE_LIFE_MS || nowMs >= session.issuedAtMs + SESSION_LIFE_MS) return undefined
  if (nowMs - row.usedMs >= TOUCH_INTERVAL_MS) touch(store, session.number, nowMs)
  return row
}

function touch(store: Store, number: number, nowMs: number): void {
  try {
    store.sessions.touch(number, nowMs)
  } catch {
    // A busy or full disk must not end a session; the next request tries again.
  }
}

// A client may declare capabilities of any size; their names are what the gateway cannot do without.
function namesAlone(capabilities: Record<string, unknown>): Record<string, unknown> {
  const names = Object.keys(capabilities).filter((name) => /^[a-z]{1,24}$/.test(name))
  return Object.fromEntries(names.slice(0, 8).map((name) => [name, {}]))
}

function cut(text: string, maxBytes: number): string {
  let kept = ''
  for (const character of text) {
    if (Buffer.byteLength(JSON.stringify(kept + character)) > maxBytes) break
    kept += character
  }
  return kept
}

type Packed = [number, number, string, string, string | null, string, string, Record<string, unknown>]

function pack(s: Session): Packed {
  return [s.number, s.issuedAtMs, s.route, s.agent, s.userKey ?? null, s.revision, s.clientName, s.capabilities]
}

function unpack(opened: unknown): Session | undefined {
  if (opened === undefined) return undefined
  const [number, issuedAtMs, route, agent, userKey, revision, clientName, capabilities] = opened as Packed
  return {
    number,
    issuedAtMs,
    route,
    agent,
    ...(userKey === null ? {} : { userKey }),
    revision,
    clientName,
    capabilities,
  }
}
