/** Where an HTTP/1.1 answer ends: the least that the load generator has to know of one, since whatever it does to read takes time from what it measures. */

const LINE_FEED = 10
const HEAD_END = '\r\n\r\n'
const LINE_END_BYTES = 2
const MAX_HEAD_BYTES = 4_096

/** Follows one answer after the other on a connection; none is sent before the one before it has ended. */
export class AnswerReader {
  /** Status of the answer. */
  status = 0
  /** Bytes of its body so far. */
  bytes = 0
  #state: 'head' | 'body' | 'chunk-size' | 'chunk' | 'last-chunk' = 'head'
  /** Bytes of the body, or of the chunk with its line end, that are still to come. */
  #left = 0
  /** What came of a head or a line so far. */
  #begun = ''

  /**
   * Takes what was read, and says whether the answer has ended with it.
   * @throws Error when its head does not say where it ends
   */
  push(read: Buffer): boolean {
    let at = this.#state === 'head' ? this.#readHead(read) : 0
    while (at < read.length) at = this.#state === 'chunk-size' ? this.#readSize(read, at) : this.#skip(read, at)
    const hasEnded = this.#left === 0 && (this.#state === 'body' || this.#state === 'last-chunk')
    if (hasEnded) this.#state = 'head'
    return hasEnded
  }

  #readHead(read: Buffer): number {
    const text = this.#begun + read.toString('latin1', 0, MAX_HEAD_BYTES)
    const end = text.indexOf(HEAD_END)
    if (end < 0) {
      if (text.length >= MAX_HEAD_BYTES) throw new Error('Cannot read the answer: its head has no end')
      this.#begun = text
      return read.length
    }
    const at = end + HEAD_END.length - this.#begun.length
    const head = text.slice(0, end)
    this.#begun = ''
    this.status = Number(head.slice(9, 12))
    const length = /^content-length: *(\d+)/im.exec(head)?.[1]
    if (length === undefined && !/^transfer-encoding: *chunked/im.test(head))
      throw new Error('Cannot read the answer: it has neither a length nor chunks')
    this.bytes = Number(length ?? 0)
    this.#left = this.bytes
    this.#state = length === undefined ? 'chunk-size' : 'body'
    return at
  }

  #readSize(read: Buffer, at: number): number {
    const end = read.indexOf(LINE_FEED, at)
    if (end < 0) {
      this.#begun += read.toString('latin1', at)
      return read.length
    }
    const size = Number.parseInt(this.#begun + read.toString('latin1', at, end), 16)
    this.#begun = ''
    this.bytes += size
    this.#left = size + LINE_END_BYTES
    this.#state = size === 0 ? 'last-chunk' : 'chunk'
    return end + 1
  }

  #skip(read: Buffer, at: number): number {
    const skipped = Math.min(this.#left, read.length - at)
    this.#left -= skipped
    if (this.#left === 0 && this.#state === 'chunk') this.#state = 'chunk-size'
    return at + Math.max(1, skipped)
  }
}
