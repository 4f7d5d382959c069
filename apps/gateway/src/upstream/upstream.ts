/** One upstream as the rest of the gateway knows it: its configuration, its state, its connection, and calls within its bulkhead. */
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { UpstreamConfig } from '../config/schema.ts'
import { GatewayError } from '../errors.ts'
import type { FailureCode } from '../failures.ts'
import { leadsBack, type UpstreamAnswer, unavailable } from './answer.ts'
import { type Bulkhead, createBulkhead } from './bulkhead.ts'
import type { CallTimer } from './call-timer.ts'
import type { Connection, ResourceListener, UpstreamCall, WatchedByCaller } from './connection.ts'
import { Place } from './place.ts'

/** How long a call waits for an upstream that the gateway has only begun to connect to. */
const FIRST_CONNECT_MS = 3_000

/** Whether calls can reach the upstream. */
export type UpstreamState =
  | { kind: 'connecting' }
  | { kind: 'ready' }
  /** Calls reach it, but its lists cannot be read now; what it listed last is served. */
  | { kind: 'degraded'; reason: string }
  | { kind: 'down'; reason: string; code?: FailureCode }

export class Upstream {
  readonly id: string
  #config: UpstreamConfig
  #ownState: UpstreamState = { kind: 'connecting' }
  #connection: Connection | undefined
  readonly #firstVerdict = Promise.withResolvers<void>()
  readonly bulkhead: Bulkhead
  /** Called when a call found that the upstream cannot be reached. */
  onTrouble: () => void = () => {}
  /** Called when the state is another. */
  onState: (upstream: Upstream) => void = () => {}
  /** Called when a watched resource changed. */
  onResourceUpdated: ResourceListener = () => {}
  #watched: WatchedByCaller = new Map()
  readonly #underWay = new Set<Place>()
  #waiting: { isOver(): boolean; resolve(): void }[] = []

  constructor(id: string, config: UpstreamConfig) {
    this.id = id
    this.#config = config
    this.bulkhead = createBulkhead(id, config.concurrency)
  }

  /** The settings in force; what the connection is made of never changes. */
  get config(): UpstreamConfig {
    return this.#config
  }

  /** Puts other settings in force, for the next call and list. */
  configure(config: UpstreamConfig): void {
    this.#config = config
  }

  get state(): UpstreamState {
    return this.#ownState
  }

  get #state(): UpstreamState {
    return this.#ownState
  }

  set #state(state: UpstreamState) {
    const before = this.#ownState
    this.#ownState = state
    if (!isDeepStrictEqual(before, state)) this.onState(this)
  }

  /** The live connection, if there is one now. */
  get connection(): Connection | undefined {
    return this.#connection
  }

  /** Calls can reach it from now on. */
  up(connection: Connection): void {
    this.#connection = connection
    this.#state = { kind: 'ready' }
    connection.onResourceUpdated = (uri, isFor) => this.onResourceUpdated(uri, isFor)
    if (this.#watched.size > 0) void this.#watchAgain(connection)
    this.#firstVerdict.resolve()
  }

  /** Its lists were read, or `problem` says why not. */
  listed(problem: string | undefined): void {
    if (this.#connection)
      this.#state = problem === undefined ? { kind: 'ready' } : { kind: 'degraded', reason: problem }
  }

  /** Resolves when no call is under way. */
  idle(): Promise<void> {
    return this.#until(() => this.#underWay.size === 0)
  }

  /** Resolves when no call is under way but such as wait for their agents. */
  resting(): Promise<void> {
    return this.#until(() => [...this.#underWay].every(({ isAsking }) => isAsking))
  }

  #until(isOver: () => boolean): Promise<void> {
    return isOver() ? Promise.resolve() : new Promise((resolve) => this.#waiting.push({ isOver, resolve }))
  }

  #tellWaiting(): void {
    if (this.#waiting.length === 0) return
    for (const { isOver, resolve } of this.#waiting) if (isOver()) resolve()
    this.#waiting = this.#waiting.filter(({ isOver }) => !isOver())
  }

  /** Says which resources somebody wants to hear of. */
  async watch(byCaller: WatchedByCaller): Promise<void> {
    const before = urisOf(this.#watched)
    const uris = urisOf(byCaller)
    this.#watched = byCaller
    // Where callers have children of their own it matters who wants it.
    if (this.config.perCaller || !isEqual(uris, before)) await this.#connection?.watch(uris, byCaller)
  }

  // What changed while there was no connection was heard of by nobody.
  async #watchAgain(connection: Connection): Promise<void> {
    const uris = urisOf(this.#watched)
    await connection.watch(uris, this.#watched)
    for (const uri of uris) this.onResourceUpdated(uri)
  }

  /** Calls cannot reach it until it is up again; `code` says of what kind the reason is. */
  down(reason: string, code?: FailureCode): void {
    this.#connection = undefined
    this.#state = { kind: 'down', reason, ...(code ? { code } : {}) }
    this.#firstVerdict.resolve()
  }

  /**
   * Sends one call, waiting for a place in the bulkhead.
   * @throws GatewayError upstream_* | result_too_large, or what the call's signal was aborted with
   */
  async call(connection: Connection, call: UpstreamCall): Promise<UpstreamAnswer> {
    const place = new Place(this.bulkhead, call)
    const { timer } = call
    const onRequest: UpstreamCall['onRequest'] = (ask) => {
      timer?.stop()
      const asked = place.whileAsking(() => call.onRequest(ask))
      this.#tellWaiting()
      return timer ? timedAgain(asked, timer, place) : asked
    }
    this.#underWay.add(place)
    try {
      if (!place.tryTake()) {
        timer?.start('queueMs')
        await place.take()
      }
      timer?.start('upstreamMs')
      return await connection.call({ ...call, onRequest })
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'upstream_unavailable') this.onTrouble()
      throw error
    } finally {
      timer?.stop()
      place.end()
      this.#underWay.delete(place)
      this.#tellWaiting()
    }
  }

  /**
   * The live connection; just after the start a call waits a moment for the first one, because nothing was sent yet.
   * @throws GatewayError upstream_unavailable | gateway_loop
   */
  async connected(): Promise<Connection> {
    if (this.#state.kind === 'connecting')
      await Promise.race([this.#firstVerdict.promise, sleep(FIRST_CONNECT_MS, undefined, { ref: false })])
    if (this.#connection) return this.#connection
    if (this.#state.kind === 'down' && this.#state.code === 'gateway_loop') throw leadsBack(this.id, this.#state.reason)
    this.onTrouble()
    throw unavailable(this.id, this.#state.kind === 'down' ? this.#state.reason : 'it is not connected yet')
  }
}

async function timedAgain<T>(asked: Promise<T>, timer: CallTimer, place: Place): Promise<T> {
  try {
    return await asked
  } finally {
    // The upstream may have ended the call without waiting for the answer.
    if (!place.isAsking && !place.isOver) timer.start('upstreamMs')
  }
}

function urisOf(byCaller: WatchedByCaller): Set<string> {
  return new Set([...byCaller.values()].flatMap((uris) => [...uris]))
}

function isEqual(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  return some.size === others.size && [...some].every((each) => others.has(each))
}
