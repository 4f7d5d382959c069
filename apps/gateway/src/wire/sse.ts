/** Server-sent events, read incrementally with a bound on each event, and written. */
import { isAscii } from 'node:buffer'

/** Hears each event's `data`. */
export type OnEvent = (data: string) => void

/** Thrown when an event grows past its bound. */
export class EventTooLarge extends Error {}

/** How far a stream has been read, and when it may be asked for the rest. */
export interface StreamPlace {
  /** The id of the last event, if that is one that a header can carry. */
  lastEventId?: string | undefined
  /** How long to wait before the stream is asked for again, ms. */
  retryMs?: number
}

/** What stands before a line's data. */
const FIELD = 'data: '
const HEADER_VALUE = /^[\x21-\x7e](?:[\x20-\x7e]{0,1022}[\x21-\x7e])?$/

/** Reads a stream chunk by chunk; `id:` and `retry:` go to the place, because they belong to the upstream's own connection, and comments to nobody. */
export class SseReader {
  #decoder: InstanceType<typeof TextDecoder> | undefined
  #hasBegun = false
  readonly #maxCharacters: number
  readonly #onEvent: OnEvent
  readonly #place: StreamPlace | undefined
  /** Pieces of a line whose end has not come yet. */
  #pieces: string[] = []
  #pieceCharacters = 0
  #data: string[] = []
  #dataCharacters = 0
  #endedWithReturn = false
  #id: string | undefined

  /**
   * @param maxCharacters bound on one event's data
   * @param place kept up to date for whoever may have to ask for the rest
   */
  constructor(maxCharacters: number, onEvent: OnEvent, place?: StreamPlace) {
    this.#maxCharacters = maxCharacters
    this.#onEvent = onEvent
    this.#place = place
  }

  /** @throws EventTooLarge, TypeError for bytes that are not UTF-8, or what `onEvent` throws */
  push(chunk: Uint8Array): void {
    const text = this.#decode(chunk)
    if (text === '') return
    // A line feed that begins a chunk may be the other half of the line end that closed the last one.
    let start = this.#endedWithReturn && text.startsWith('\n') ? 1 : 0
    this.#endedWithReturn = text.endsWith('\r')
    let feed = text.indexOf('\n', start)
    let carriage = text.indexOf('\r', start)
    while (feed >= 0 || carriage >= 0) {
      const end = feed < 0 || (carriage >= 0 && carriage < feed) ? carriage : feed
      this.#add(text.slice(start, end))
      start = end + (end === carriage && feed === end + 1 ? 2 : 1)
      if (feed >= 0 && feed < start) feed = text.indexOf('\n', start)
      if (carriage >= 0 && carriage < start) carriage = text.indexOf('\r', start)
      this.#endLine()
    }
    this.#add(text.slice(start))
  }

  // A decoder keeps what a chunk began; until one is not plain ASCII there is nothing to keep, and none is made.
  #decode(chunk: Uint8Array): string {
    if (!this.#decoder && Buffer.isBuffer(chunk) && isAscii(chunk)) {
      this.#hasBegun = true
      return chunk.toString('latin1')
    }
    // A byte order mark is one at the very beginning alone.
    this.#decoder ??= new TextDecoder('utf-8', { fatal: true, ignoreBOM: this.#hasBegun })
    return this.#decoder.decode(chunk, { stream: true })
  }

  #add(piece: string): void {
    this.#pieces.push(piece)
    this.#pieceCharacters += piece.length
    if (this.#pieceCharacters > FIELD.length + this.#maxCharacters) throw new EventTooLarge()
  }

  #endLine(): void {
    const line = this.#pieces.join('')
    this.#pieces = []
    this.#pieceCharacters = 0
    this.#line(line)
  }

  #line(line: string): void {
    if (line === '') {
      const data = this.#data.join('\n')
      this.#data = []
      this.#dataCharacters = 0
      if (this.#id !== undefined && this.#place)
        this.#place.lastEventId = HEADER_VALUE.test(this.#id) ? this.#id : undefined
      // An event without data only tells where to resume, which is the upstream connection's own affair.
      if (data !== '') this.#onEvent(data)
      return
    }
    if (line !== 'data' && !line.startsWith('data:')) {
      if (this.#place) this.#mark(line, this.#place)
      return
    }
    const data = line.slice(line.startsWith(FIELD) ? FIELD.length : 'data:'.length)
    this.#dataCharacters += data.length + (this.#data.length > 0 ? 1 : 0)
    if (this.#dataCharacters > this.#maxCharacters) throw new EventTooLarge()
    this.#data.push(data)
  }

  // An id counts from the end of its event on; until then the event could be cut.
  #mark(line: string, place: StreamPlace): void {
    const [, field, value = ''] = /^(id|retry)(?:: ?(.*))?$/.exec(line) ?? []
    if (field === 'id') this.#id = value
    else if (field === 'retry' && /^\d{1,9}$/.test(value)) place.retryMs = Number(value)
  }
}

/** One `message` event; JSON text has no line breaks unless it was sent with them. */
export function eventText(json: string): string {
  const data = json.includes('\n') || json.includes('\r') ? json.split(/\r\n|\r|\n/).join('\ndata: ') : json
  return `event: message\ndata: ${data}\n\n`
}

/** Says after how long a client whose stream has ended may ask for another one, ms. */
export function retryText(retryMs: number): string {
  return `retry: ${Math.round(retryMs)}\n\n`
}

/** A comment that keeps a stream open through proxies. */
export const KEEP_ALIVE = ': keep-alive\n\n'
