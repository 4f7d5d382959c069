/** The children of one stdio upstream that belong to single callers: started by a caller's first call, ended when it calls no more, bounded for each caller and in all. */
import { GatewayError } from '../../errors.ts'
import type { Era } from '../../wire/revisions.ts'
import { reasonOf, type UpstreamAnswer, unavailable } from '../answer.ts'
import type { Connection, UpstreamCall, WatchedByCaller } from '../connection.ts'
import { readSessionKey } from '../session-key.ts'
import { unlessAborted } from '../unless-aborted.ts'

/** How many children there may be, and how long unused ones stay. */
export interface ChildLimits {
  total: number
  /** A caller has one for each set of capabilities that it declares. */
  perCaller: number
  /** After this long without a call a child is ended. */
  idleMs: number
  sweepMs: number
  /** How long a child that could not be started is not tried again. */
  failedMs: number
}

/** As whom a child is started. */
export interface ChildClient {
  era: Era
  /** JSON text. */
  capabilities: string
}

/** What the children need of their upstream. */
export interface ChildrenOptions {
  upstream: string
  /**
   * Starts a child and connects to it.
   * @throws GatewayError upstream_*
   */
  start(client: ChildClient, signal: AbortSignal): Promise<Connection>
  limits?: ChildLimits
}

interface Entry {
  readonly key: string
  readonly caller: string
  readonly opening: Promise<Connection>
  connection: Connection | undefined
  /** Calls that use it or wait for it. */
  users: number
  usedAtMs: number
}

const LIMITS: ChildLimits = { total: 16, perCaller: 4, idleMs: 5 * 60_000, sweepMs: 5_000, failedMs: 1_000 }
const RETRY_AFTER_MS = 1_000

export class CallerChildren {
  /** Called when a child says that a list changed. */
  onListChanged: () => void = () => {}
  /** Called when a resource changed that a caller watches in its child. */
  onResourceUpdated: Connection['onResourceUpdated'] = () => {}
  #watched: WatchedByCaller = new Map()
  readonly #options: ChildrenOptions
  readonly #limits: ChildLimits
  /** The one used longest ago comes first. */
  readonly #entries = new Map<string, Entry>()
  readonly #leaving = new Set<Promise<void>>()
  readonly #closing = new AbortController()
  readonly #sweeping: NodeJS.Timeout

  constructor(options: ChildrenOptions) {
    this.#options = options
    this.#limits = options.limits ?? LIMITS
    this.#sweeping = setInterval(() => this.#sweep(), this.#limits.sweepMs).unref()
  }

  get size(): number {
    return this.#entries.size
  }

  /**
   * Sends a call to its caller's child, which is not ended meanwhile.
   * @throws GatewayError upstream_* | result_too_large, or what the call's signal was aborted with
   */
  async call(call: UpstreamCall, era: Era): Promise<UpstreamAnswer> {
    const entry = this.#entryFor(call, era)
    entry.users++
    try {
      const connection = await unlessAborted(entry.opening, call.signal)
      return await connection.call(call)
    } finally {
      entry.users--
      entry.usedAtMs = performance.now()
      if (this.#holds(entry)) {
        this.#entries.delete(entry.key)
        this.#entries.set(entry.key, entry)
      }
    }
  }

  /** Has each child tell when a resource changes that its caller wants to hear of. */
  async watch(byCaller: WatchedByCaller): Promise<void> {
    this.#watched = byCaller
    await Promise.all([...this.#entries.values()].map((entry) => this.#watch(entry)))
  }

  /** Whether the caller has a child that tells it of the resource. */
  watches(uri: string, caller: string): boolean {
    if (!this.#watched.get(caller)?.has(uri)) return false
    return [...this.#entries.values()].some((entry) => entry.caller === caller && entry.connection)
  }

  /** Ends all of them, with the calls that are under way in them. */
  async end(): Promise<void> {
    clearInterval(this.#sweeping)
    this.#closing.abort(unavailable(this.#options.upstream, 'it is being stopped'))
    for (const entry of this.#entries.values()) this.#end(entry)
    await Promise.all(this.#leaving)
  }

  #entryFor(call: UpstreamCall, era: Era): Entry {
    if (this.#closing.signal.aborted) throw this.#closing.signal.reason
    const { caller } = readSessionKey(call.sessionKey)
    // A modern child is told of the capabilities with each call.
    const capabilities = era === 'modern' ? '{}' : call.capabilities
    const key = JSON.stringify([caller, era, capabilities])
    return this.#entries.get(key) ?? this.#open({ key, caller }, { era, capabilities })
  }

  #open(of: Pick<Entry, 'key' | 'caller'>, client: ChildClient): Entry {
    this.#makeRoom(of.caller)
    const entry: Entry = {
      ...of,
      opening: this.#start(client),
      connection: undefined,
      users: 0,
      usedAtMs: performance.now(),
    }
    this.#entries.set(entry.key, entry)
    entry.opening.then(
      (connection) => this.#onOpen(entry, connection),
      // Kept for a moment, so that a program that cannot start is not started with every call.
      () => setTimeout(() => this.#forget(entry), this.#limits.failedMs).unref(),
    )
    return entry
  }

  #onOpen(entry: Entry, connection: Connection): void {
    entry.connection = connection
    connection.onListChanged = () => this.onListChanged()
    connection.onResourceUpdated = (uri) => this.#tell(entry, uri)
    void connection.ended.then(() => this.#end(entry))
    void this.#watch(entry)
  }

  async #watch({ caller, connection }: Entry): Promise<void> {
    await connection?.watch(this.#watched.get(caller) ?? new Set(), this.#watched)
  }

  #tell({ caller }: Entry, uri: string): void {
    this.onResourceUpdated(uri, (each) => each === caller)
  }

  async #start(client: ChildClient): Promise<Connection> {
    // Those that are about to end are processes still.
    while (this.#leaving.size > 0 && this.#entries.size + this.#leaving.size >= this.#limits.total)
      await Promise.race(this.#leaving)
    this.#closing.signal.throwIfAborted()
    try {
      return await this.#options.start(client, this.#closing.signal)
    } catch (error) {
      // Whatever was sent to the child, the call was not.
      throw unavailable(this.#options.upstream, reasonOf(error), { cause: error })
    }
  }

  #makeRoom(caller: string): void {
    const entries = [...this.#entries.values()]
    const own = entries.filter((entry) => entry.caller === caller)
    const crowd = own.length >= this.#limits.perCaller ? own : entries.length >= this.#limits.total ? entries : []
    if (crowd.length === 0) return
    const leaving = crowd.find(({ users }) => users === 0)
    if (!leaving) throw tooMany(this.#options.upstream, crowd.length)
    this.#end(leaving)
  }

  #sweep(): void {
    const nowMs = performance.now()
    for (const entry of this.#entries.values())
      if (entry.users === 0 && nowMs - entry.usedAtMs >= this.#limits.idleMs) this.#end(entry)
  }

  #end(entry: Entry): void {
    if (!this.#holds(entry)) return
    this.#forget(entry)
    // What was so in this child alone is not so any more.
    if (entry.connection && !this.#closing.signal.aborted)
      for (const uri of this.#watched.get(entry.caller) ?? []) this.#tell(entry, uri)
    const end = async () => (await entry.opening).close()
    // One that could not be started has nothing to end.
    const leaving = end().catch(() => {})
    this.#leaving.add(leaving)
    void leaving.then(() => this.#leaving.delete(leaving))
  }

  #forget(entry: Entry): void {
    if (this.#holds(entry)) this.#entries.delete(entry.key)
  }

  #holds(entry: Entry): boolean {
    return this.#entries.get(entry.key) === entry
  }
}

function tooMany(upstream: string, count: number): GatewayError {
  return new GatewayError(
    'upstream_overloaded',
    `Cannot call upstream "${upstream}": calls are under way in all of its ${count} children`,
    { upstream, retryAfterMs: RETRY_AFTER_MS },
  )
}
