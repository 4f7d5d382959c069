/** Server-sent events, read incrementally with a bound on each event, and written. */

/** One event's `data`, and its name where it has one. */
export type OnEvent = (data: string) => void

/** Thrown when an event grows past its bound. */
export class EventTooLarge extends Error {}

/** Reads a stream chunk by chunk; `id:`, `retry:` and comments are dropped, because they belong to the upstream's own connection. */
export class SseReader {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  readonly #maxCharacters: number
  readonly #onEvent: OnEvent
  #rest = ''
  #data: string[] = []
  #size = 0

  /** @param maxCharacters bound on one event's data */
  constructor(maxCharacters: number, onEvent: OnEvent) {
    this.#maxCharacters = maxCharacters
    this.#onEvent = onEvent
  }

  /** @throws EventTooLarge, TypeError for bytes that are not UTF-8, or what `onEvent` throws */
  push(chunk: Uint8Array): void {
    const text = this.#rest + this.#decoder.decode(chunk, { stream: true })
    const hasReturns = text.includes('\r')
    let start = 0
    for (;;) {
      const end = hasReturns ? nextLineEnd(text, start) : text.indexOf('\n', start)
      if (end < 0) break
      // A lone CR at the end of the chunk may be half of a CRLF.
      if (text[end] === '\r' && end === text.length - 1) break
      this.#line(text.slice(start, end))
      start = end + (text[end] === '\r' && text[end + 1] === '\n' ? 2 : 1)
    }
    this.#rest = text.slice(start)
    if (this.#size + this.#rest.length > this.#maxCharacters) throw new EventTooLarge()
  }

  #line(line: string): void {
    if (line === '') {
      if (this.#data.length > 0) this.#onEvent(this.#data.join('\n'))
      this.#data = []
      this.#size = 0
      return
    }
    if (!line.startsWith('data:')) return
    const data = line.startsWith('data: ') ? line.slice(6) : line.slice(5)
    this.#size += data.length
    if (this.#size > this.#maxCharacters) throw new EventTooLarge()
    this.#data.push(data)
  }
}

function nextLineEnd(text: string, from: number): number {
  const lf = text.indexOf('\n', from)
  const cr = text.indexOf('\r', from)
  if (lf < 0) return cr
  return cr < 0 ? lf : Math.min(lf, cr)
}

/** One `message` event; JSON text has no line breaks unless it was sent with them. */
export function eventText(json: string): string {
  const data = json.includes('\n') || json.includes('\r') ? json.split(/\r\n|\r|\n/).join('\ndata: ') : json
  return `event: message\ndata: ${data}\n\n`
}

/** A comment that keeps a stream open through proxies. */
export const KEEP_ALIVE = ': keep-alive\n\n'
