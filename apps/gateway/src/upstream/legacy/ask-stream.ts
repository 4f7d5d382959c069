/** The event stream of one legacy session, where the upstream asks what it does not ask on the stream of a call. */
import type { StreamPlace } from '../../wire/sse.ts'
import type { HttpTarget } from '../http-target.ts'
import { keepListening, type ListenOutcome } from '../keep-listening.ts'
import { type LegacyMessage, readLegacyStream } from './http-legacy-stream.ts'
import type { LegacySession } from './legacy-session.ts'

/** Where and as whom a message was heard. */
export interface HeardOn {
  session: LegacySession
  credential: string | undefined
}

/** Called with each message of the stream and its text. */
export type OnAskMessage = (message: LegacyMessage, data: string, on: HeardOn) => void

/** How long the first call waits for the stream; some upstreams say nothing on it until they have something to say. */
const OPENING_MS = 100
/** The same where such a stream was seen to open without that: when both sides are busy it takes its time, and a call that went ahead would wait in vain for what it asks. */
const SURE_OPENING_MS = 2_000

/** What a stream needs from its connection. */
export interface AskStreamOptions {
  signal: AbortSignal
  onMessage: OnAskMessage
  /** Whether the upstream is known to open its streams at once. */
  opensAtOnce: boolean
}

export class AskStream {
  readonly #target: HttpTarget
  readonly #session: LegacySession
  readonly #on: AskStreamOptions
  #reading: { stopping: AbortController; opened: Promise<void> } | undefined

  constructor(target: HttpTarget, session: LegacySession, on: AskStreamOptions) {
    this.#target = target
    this.#session = session
    this.#on = on
  }

  /** Opens it unless it is open, and waits a moment for it, because an upstream drops what it asks on none. */
  open(credential: string | undefined): Promise<void> {
    this.#reading ??= this.#read(credential)
    return this.#reading.opened
  }

  /** Closes it; it may be opened again. */
  close(): void {
    this.#reading?.stopping.abort()
    this.#reading = undefined
  }

  #read(credential: string | undefined) {
    const { promise: opened, resolve } = Promise.withResolvers<void>()
    const stopping = new AbortController()
    const signal = AbortSignal.any([this.#on.signal, stopping.signal])
    const session = this.#session
    // What an upstream asked while the stream was broken is asked again, if it keeps that.
    const place: StreamPlace = {}
    const read = async (onOpen: () => void): Promise<ListenOutcome> => {
      const outcome = await readLegacyStream(this.#target, session, {
        credential,
        signal,
        place,
        onOpen() {
          resolve()
          onOpen()
        },
        onMessage: (message, data) => this.#on.onMessage(message, data, { session, credential }),
      })
      if (outcome === 'ended') return outcome
      // It may be the place that is not known any more, and then the stream begins anew.
      const wasResumed = place.lastEventId !== undefined
      place.lastEventId = undefined
      return wasResumed ? 'ended' : 'refused'
    }
    void keepListening(read, signal, () => {}).then(resolve, resolve)
    setTimeout(resolve, this.#on.opensAtOnce ? SURE_OPENING_MS : OPENING_MS).unref()
    return { stopping, opened }
  }
}
