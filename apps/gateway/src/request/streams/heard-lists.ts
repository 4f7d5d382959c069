/** What the client of a stream was last told of the lists, so that one that listens again hears at once what may have changed meanwhile, and nothing else. */
import type { Store } from '../../store/open-store.ts'
import type { View } from '../view.ts'

/** The lists that are watched. */
export const WATCHED = ['tools', 'prompts', 'resources'] as const
/** What a change of the resources may be a change of. */
const RESOURCE_KINDS = ['resources', 'templates', 'skills'] as const
export type Watched = (typeof WATCHED)[number]

/** One text for each list, which changes exactly when the list does. */
export type Signatures = Readonly<Record<Watched, string>>

/** Whose stream it is. */
export interface Listener {
  /** Number of the legacy session; clients without one are told apart by agent and route alone. */
  session: number | undefined
  agent: string
  route: string
}

/** What was heard: for each list its signature, and when that was new, ms since 1970; 0 for what was there first. */
type Heard = Readonly<Record<Watched, readonly [signature: string, newAtMs: number]>>

/** Longest absence of a client without a session after which it still hears of a change that another client of its agent has heard of. */
const NEWS_MS = 60 * 60_000
/** How long after its start the gateway takes it that a client without a session listened to it before. */
const RETURN_MS = 5 * 60_000
/** Thousands of streams hear of one change, and are written together. */
const SETTLE_MS = 100

export class HeardLists {
  readonly #store: Pick<Store, 'sessions' | 'heardLists' | 'transaction'>
  readonly #now: () => number
  readonly #unwritten = new Map<string, { listener: Listener; text: string }>()
  /** Those that had never listened before this start. */
  readonly #newcomers = new Set<string>()
  readonly #startedAtMs: number
  #timer: NodeJS.Timeout | undefined

  constructor(store: Pick<Store, 'sessions' | 'heardLists' | 'transaction'>, now: () => number = Date.now) {
    this.#store = store
    this.#now = now
    this.#startedAtMs = now()
  }

  /** Takes it that the listener knows the lists from now on. @returns those of which it may have known another state until now */
  hear(listener: Listener, lists: Signatures): Watched[] {
    const nowMs = this.#now()
    const beforeText = this.#read(listener)
    const before = beforeText === undefined ? undefined : (JSON.parse(beforeText) as Heard)
    const heard = perList((list) => {
      const known = before?.[list]
      return known?.[0] === lists[list] ? known : ([lists[list], before ? nowMs : 0] as const)
    })
    const text = JSON.stringify(heard)
    if (!before) this.#newcomers.add(keyOf(listener))
    if (text !== beforeText) this.#write(listener, text)
    if (listener.session !== undefined) return WATCHED.filter((list) => before?.[list][0] !== lists[list])
    return before ? WATCHED.filter((list) => nowMs - heard[list][1] < NEWS_MS) : []
  }

  /** Whether a client without a session, which has just been heard of, may have listened until the gateway was restarted. */
  isBack(listener: Listener): boolean {
    return this.#now() - this.#startedAtMs < RETURN_MS && !this.#newcomers.has(keyOf(listener))
  }

  /** Writes what waits to be written. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    try {
      this.#store.transaction(() => {
        for (const { listener, text } of this.#unwritten.values()) {
          if (listener.session === undefined) this.#store.heardLists.put(listener.agent, listener.route, text)
          else this.#store.sessions.hear(listener.session, text)
        }
      })
    } catch {
      // What is not written costs a client one notification too many, later.
    }
    this.#unwritten.clear()
  }

  #read(listener: Listener): string | undefined {
    const unwritten = this.#unwritten.get(keyOf(listener))
    if (unwritten) return unwritten.text
    try {
      return listener.session === undefined
        ? this.#store.heardLists.get(listener.agent, listener.route)
        : this.#store.sessions.heard(listener.session)
    } catch {
      // A stream lives on without its store; it is told what it may know already.
      return undefined
    }
  }

  #write(listener: Listener, text: string): void {
    this.#unwritten.set(keyOf(listener), { listener, text })
    this.#timer ??= setTimeout(() => this.flush(), SETTLE_MS)
  }
}

/** What a client knows that has just come. */
export function heardFirst(view: View): string {
  const lists = signaturesOf(view)
  return JSON.stringify(perList((list) => [lists[list], 0]))
}

/** The signatures of a view's lists. */
export function signaturesOf(view: View): Signatures {
  return perList((list) =>
    list === 'resources' ? RESOURCE_KINDS.map((kind) => view.signature(kind)).join('') : view.signature(list),
  )
}

function perList<T>(make: (list: Watched) => T): Record<Watched, T> {
  return Object.fromEntries(WATCHED.map((list) => [list, make(list)])) as Record<Watched, T>
}

function keyOf({ session, agent, route }: Listener): string {
  return JSON.stringify(session ?? [agent, route])
}
