/** Who wants to hear that a resource changed: legacy sessions, whose rows in the store outlive the process, and open modern streams. */
import { GatewayError } from '../../errors.ts'
import { callerIdOf } from '../../identity/caller-id.ts'
import type { SessionSubscriptionTable } from '../../store/session-subscriptions.ts'

/** URIs that one subscriber wants to hear of, with the upstream that owns each. */
export type Wanted = Map<string, string>

/** An upstream's word that a resource changed; of those of others its word is worth nothing. */
export interface Update {
  uri: string
  upstream: string
}

/** A session whose client listens here, did a moment ago, or has just subscribed. */
interface Held {
  /** Id of the caller. */
  caller: string
  wanted: Wanted
  /** URIs of which an update may have gone unheard. */
  missed: Set<string>
  streams: number
  letGo: NodeJS.Timeout | undefined
}

/** The session that subscribes or listens, with its caller. */
interface Subscriber {
  number: number
  agent: string
  userKey?: string
}

/** Most URIs of one session or stream. */
export const MAX_URIS = 1_000
/** How long updates are collected for a session whose client does not listen at the moment. */
const GRACE_MS = 2 * 60_000

export class Subscriptions {
  readonly #table: SessionSubscriptionTable
  readonly #graceMs: number
  readonly #sessions = new Map<number, Held>()
  /** With the caller of each. */
  readonly #streams = new Map<Wanted, string>()
  /** Called when something is wanted no longer. */
  onLetGo: () => void = () => {}

  constructor(table: SessionSubscriptionTable, graceMs: number = GRACE_MS) {
    this.#table = table
    this.#graceMs = graceMs
  }

  /** What a session that is held here has subscribed to. */
  ofSession(number: number): ReadonlyMap<string, string> {
    return this.#sessions.get(number)?.wanted ?? new Map()
  }

  /** Whether a stream of the session is open here. */
  isListening(number: number): boolean {
    return (this.#sessions.get(number)?.streams ?? 0) > 0
  }

  /**
   * Adds one URI of a session, or removes it.
   * @param upstream its owner, or `undefined` to remove it
   * @throws GatewayError too_many_subscriptions
   */
  set(session: Subscriber, uri: string, upstream: string | undefined): void {
    const { number } = session
    const held = this.#hold(session)
    if (upstream === undefined) {
      this.#table.remove(number, uri)
      held.wanted.delete(uri)
      held.missed.delete(uri)
    } else {
      if (held.wanted.size >= MAX_URIS && !held.wanted.has(uri))
        throw new GatewayError(
          'too_many_subscriptions',
          `Cannot subscribe: ${MAX_URIS} resources are subscribed already`,
        )
      this.#table.add(number, uri, upstream)
      held.wanted.set(uri, upstream)
    }
  }

  /** The client of a session listens from now on. @returns the URIs of which it may have missed an update */
  openStream(session: Subscriber): string[] {
    const held = this.#hold(session)
    clearTimeout(held.letGo)
    // A stream that is still open may have lost its client long ago.
    const missed = held.streams > 0 ? held.wanted.keys() : held.missed
    held.streams++
    const uris = [...missed]
    held.missed.clear()
    return uris
  }

  /** Keeps for the session's next stream what this one could not tell. */
  putBack(number: number, uris: readonly string[]): void {
    const held = this.#sessions.get(number)
    for (const uri of uris) if (held?.wanted.has(uri)) held.missed.add(uri)
  }

  /** One of the session's streams has ended. */
  closeStream(number: number): void {
    const held = this.#sessions.get(number)
    if (held && --held.streams === 0) this.#letGoLater(number, held)
  }

  /** Keeps an update for the sessions whose clients do not listen at the moment, if it is for their callers. */
  updated({ uri, upstream }: Update, isFor: (caller: string) => boolean): void {
    for (const held of this.#sessions.values())
      if (held.streams === 0 && held.wanted.get(uri) === upstream && isFor(held.caller)) held.missed.add(uri)
  }

  /** Reads again what another process may have written. @returns whether anything is different */
  refresh(): boolean {
    let isDifferent = false
    for (const [number, held] of this.#sessions) {
      const { wanted } = held
      held.wanted = this.#table.of(number)
      isDifferent ||= held.wanted.size !== wanted.size || [...wanted.keys()].some((uri) => !held.wanted.has(uri))
    }
    return isDifferent
  }

  endSession(number: number): void {
    clearTimeout(this.#sessions.get(number)?.letGo)
    this.#sessions.delete(number)
  }

  addStream(wanted: Wanted, caller: string): void {
    this.#streams.set(wanted, caller)
  }

  /** @returns whether it had been added */
  removeStream(wanted: Wanted): boolean {
    return this.#streams.delete(wanted)
  }

  /** All URIs of one upstream that anybody here wants to hear of, by caller. */
  of(upstream: string): Map<string, Set<string>> {
    const byCaller = new Map<string, Set<string>>()
    const held = [...this.#sessions.values()].map(({ wanted, caller }) => [wanted, caller] as const)
    for (const [wanted, caller] of [...held, ...this.#streams]) {
      for (const [uri, owner] of wanted) {
        if (owner !== upstream) continue
        const uris = byCaller.get(caller)
        if (uris) uris.add(uri)
        else byCaller.set(caller, new Set([uri]))
      }
    }
    return byCaller
  }

  // Nobody has watched what comes from the store alone, so all of it may have changed unheard.
  #hold({ number, agent, userKey }: Subscriber): Held {
    let held = this.#sessions.get(number)
    if (!held) {
      const wanted = this.#table.of(number)
      held = {
        caller: callerIdOf(agent, userKey),
        wanted,
        missed: new Set(wanted.keys()),
        streams: 0,
        letGo: undefined,
      }
      this.#sessions.set(number, held)
    }
    if (held.streams === 0) this.#letGoLater(number, held)
    return held
  }

  #letGoLater(number: number, held: Held): void {
    clearTimeout(held.letGo)
    held.letGo = setTimeout(() => {
      this.#sessions.delete(number)
      if (held.wanted.size > 0) this.onLetGo()
    }, this.#graceMs)
    held.letGo.unref()
  }
}
