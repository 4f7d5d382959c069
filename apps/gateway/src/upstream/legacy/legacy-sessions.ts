/** The sessions with a legacy upstream over HTTP, by session key: opened lazily, closed when nobody uses them, bounded for each agent and in all. */
import { GatewayError } from '../../errors.ts'
import type { CallSignal } from '../call-signal.ts'
import type { HttpTarget } from '../http-target.ts'
import { mayBeAsked } from '../may-be-asked.ts'
import { CATALOG_SESSION } from '../own-call.ts'
import { readSessionKey } from '../session-key.ts'
import { unlessAborted } from '../unless-aborted.ts'
import { AskStream, type OnAskMessage } from './ask-stream.ts'
import { endSession, type LegacySession, openSession, type SessionClient } from './legacy-session.ts'

/** How many sessions there may be, and how long unused ones stay. */
export interface SessionLimits {
  total: number
  perAgent: number
  /** After this long without a call a session is ended. */
  idleMs: number
  /** After this long without a call its event stream is closed. */
  streamIdleMs: number
  sweepMs: number
}

/** What sessions need from their connection. */
export interface SessionsOptions {
  target: HttpTarget
  /** The credential that ends sessions. */
  credential: () => Promise<string | undefined>
  /** Ends opening and listening. */
  signal: AbortSignal
  onAsk: OnAskMessage
  /** Whether the upstream is known to open its streams at once. */
  opensAtOnce(): boolean
  limits?: SessionLimits
}

/** Which session, opened as whom, and what ends the waiting for it. */
export interface SessionUse {
  sessionKey: string
  client: SessionClient
  signal: CallSignal
}

interface Entry {
  /** The session key, and a number behind it where calls of one key do not share a session. */
  readonly key: string
  readonly sessionKey: string
  readonly agent: string
  readonly opening: Promise<LegacySession>
  stream: AskStream | undefined
  /** Calls that use it or wait for it. */
  users: number
  usedAtMs: number
}

/** Most sessions with one upstream, and so most of its calls that wait for agents. */
export const MAX_SESSIONS = 1_000
const LIMITS: SessionLimits = {
  total: MAX_SESSIONS,
  perAgent: 64,
  idleMs: 5 * 60_000,
  streamIdleMs: 30_000,
  sweepMs: 10_000,
}
const RETRY_AFTER_MS = 1_000

export class LegacySessions {
  readonly #options: SessionsOptions
  readonly #limits: SessionLimits
  /** The one used longest ago comes first. */
  readonly #entries = new Map<string, Entry>()
  #opened = 0

  /** @param first the catalog's own session, which stays for as long as the connection */
  constructor(first: LegacySession, options: SessionsOptions) {
    this.#options = options
    this.#limits = options.limits ?? LIMITS
    this.#add(CATALOG_SESSION, { sessionKey: CATALOG_SESSION, opening: Promise.resolve(first) })
    const sweeping = setInterval(() => this.#sweep(), this.#limits.sweepMs).unref()
    options.signal.addEventListener('abort', () => clearInterval(sweeping), { once: true })
  }

  get size(): number {
    return this.#entries.size
  }

  /**
   * Works in a session, which is not ended meanwhile; `forget` says that the upstream does not know it any more.
   * @throws GatewayError upstream_*, or what the signal was aborted with
   */
  async use<T>(use: SessionUse, work: (session: LegacySession, forget: () => void) => Promise<T>): Promise<T> {
    const entry = this.#entryFor(use)
    entry.users++
    try {
      const session = await unlessAborted(entry.opening, use.signal)
      // An upstream that may ask does it there, unless its tool names the call that it belongs to.
      if (mayBeAsked(use.client.capabilities))
        await unlessAborted(this.#streamOf(entry, session).open(use.client.credential), use.signal)
      return await work(session, () => this.#lose(entry))
    } finally {
      entry.users--
      entry.usedAtMs = performance.now()
      if (this.#holds(entry)) {
        this.#entries.delete(entry.key)
        this.#entries.set(entry.key, entry)
      }
    }
  }

  /** Ends the sessions that no call is under way in: the end of a session would be the end of its calls. */
  async end(): Promise<void> {
    const ending = [...this.#entries.values()].filter(({ key, users }) => users === 0 || key === CATALOG_SESSION)
    await Promise.all(ending.map((entry) => this.#end(entry)))
  }

  // An ask that names no call must still find its agent's, so calls that share nothing but their agent get sessions of their own.
  #entryFor(use: SessionUse): Entry {
    const { sessionKey, client } = use
    if (!mayBeAsked(client.capabilities) || readSessionKey(sessionKey).session !== null)
      return this.#entries.get(sessionKey) ?? this.#open(sessionKey, use)
    const siblings = [...this.#entries.values()].filter((entry) => entry.sessionKey === sessionKey)
    return siblings.findLast(({ users }) => users === 0) ?? this.#open(`${sessionKey} ${this.#opened++}`, use)
  }

  #open(key: string, { sessionKey, client }: SessionUse): Entry {
    this.#makeRoom(readSessionKey(sessionKey).caller)
    // Not ended by the call that opens it: others may be waiting for the same session.
    const opening = openSession(this.#options.target, client, this.#options.signal)
    const entry = this.#add(key, { sessionKey, opening })
    opening.catch(() => this.#forget(entry))
    return entry
  }

  #add(key: string, of: Pick<Entry, 'sessionKey' | 'opening'>): Entry {
    const { caller: agent } = readSessionKey(of.sessionKey)
    const entry = { key, ...of, agent, stream: undefined, users: 0, usedAtMs: performance.now() }
    this.#entries.set(key, entry)
    return entry
  }

  #streamOf(entry: Entry, session: LegacySession): AskStream {
    const { target, signal, onAsk, opensAtOnce } = this.#options
    entry.stream ??= new AskStream(target, session, { signal, onMessage: onAsk, opensAtOnce: opensAtOnce() })
    return entry.stream
  }

  #makeRoom(agent: string): void {
    const entries = [...this.#entries.values()]
    const own = entries.filter((entry) => entry.agent === agent)
    const crowd = own.length >= this.#limits.perAgent ? own : entries.length >= this.#limits.total ? entries : []
    if (crowd.length === 0) return
    const leaving = crowd.find(({ key, users }) => users === 0 && key !== CATALOG_SESSION)
    if (!leaving) throw tooMany(this.#options.target.upstream, crowd.length)
    void this.#end(leaving)
  }

  #sweep(): void {
    const nowMs = performance.now()
    for (const entry of this.#entries.values()) {
      if (entry.users > 0 || entry.key === CATALOG_SESSION) continue
      const idleMs = nowMs - entry.usedAtMs
      if (idleMs >= this.#limits.idleMs) void this.#end(entry)
      else if (idleMs >= this.#limits.streamIdleMs) entry.stream?.close()
    }
  }

  async #end(entry: Entry): Promise<void> {
    this.#forget(entry)
    try {
      await endSession(this.#options.target, await entry.opening, await this.#options.credential())
    } catch {
      // An upstream that does not hear of the end finds out by itself.
    }
  }

  // An upstream that forgot one session forgot those beside it, and the call is repeated only once.
  #lose(lost: Entry): void {
    for (const entry of this.#entries.values())
      if (entry === lost || (entry.sessionKey === lost.sessionKey && entry.users === 0)) this.#forget(entry)
  }

  // Two calls may find out about the same loss; the second must not throw away what the first has opened.
  #forget(entry: Entry): void {
    if (this.#holds(entry)) this.#entries.delete(entry.key)
    entry.stream?.close()
  }

  #holds(entry: Entry): boolean {
    return this.#entries.get(entry.key) === entry
  }
}

function tooMany(upstream: string, count: number): GatewayError {
  return new GatewayError(
    'upstream_overloaded',
    `Cannot call upstream "${upstream}": calls are under way in all of ${count} sessions`,
    { upstream, retryAfterMs: RETRY_AFTER_MS },
  )
}
