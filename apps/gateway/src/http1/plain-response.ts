/** The answer to one request over a plain connection: what of a `ServerResponse` the line uses, put together as text. */
import { STATUS_CODES, validateHeaderValue } from 'node:http'
import type { Socket } from 'node:net'
import { keptLines } from './kept-lines.ts'

const PLAIN_VALUE = /^[\x20-\x7e]*$/
/** Answers without a body have no length either (RFC 9110 section 8.6). */
const NO_CONTENT = 204

export class PlainResponse {
  readonly #socket: Socket
  /** Told once the answer is out. */
  readonly #onDone: (isKept: boolean) => void
  #onClose: (() => void)[] = []
  /** The head, up to what says where the body ends; empty once it was sent. */
  #head = ''
  #hasLength = false
  #isChunked = false
  #isKept = true
  #isClosed = false
  statusCode = 200
  /** Whether there is a head; it leaves together with the first bytes behind it. */
  headersSent = false
  writableEnded = false
  /** Whether all of it was handed to the kernel. */
  writableFinished = false

  constructor(socket: Socket, onDone: (isKept: boolean) => void) {
    this.#socket = socket
    this.#onDone = onDone
  }

  /** Whether it is over, or will never be complete. */
  get destroyed(): boolean {
    return this.#isClosed || this.#socket.destroyed
  }

  /** Bytes of it that wait for the client. */
  get writableLength(): number {
    return this.#isClosed ? 0 : this.#socket.writableLength
  }

  /**
   * Makes the head.
   * @param headers names and values in turn, or by name
   * @throws TypeError for a value that cannot stand in a head
   * @throws Error for a second head
   */
  writeHead(status: number, headers: readonly string[] | Readonly<Record<string, string>>): this {
    // The body of the first one may be under way, or counted.
    if (this.headersSent) throw new Error('Cannot make the head: there is one')
    const pairs = isPairs(headers) ? headers : Object.entries(headers).flat()
    // One that was refused may have said otherwise.
    this.#hasLength = false
    this.#isKept = true
    let head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n`
    for (let at = 0; at + 1 < pairs.length; at += 2) head += this.#line(pairs[at] as string, pairs[at + 1] as string)
    this.#head = head
    this.statusCode = status
    this.headersSent = true
    return this
  }

  /** Sends a part. */
  write(data: string | Buffer, encoding: BufferEncoding = 'utf8'): boolean {
    if (data.length > 0 && this.#isOpen) this.#send(this.#headBefore(undefined), data, encoding)
    return true
  }

  /** Sends the last part, if any, and ends. */
  end(data: string | Buffer = '', encoding: BufferEncoding = 'utf8'): this {
    if (!this.#isOpen) return this
    const head = this.#headBefore(sizeOf(data, encoding))
    if (data.length > 0) this.#send(head, data, encoding)
    else if (head) this.#socket.write(head, 'latin1')
    if (this.#isChunked) this.#socket.write('0\r\n\r\n', 'latin1')
    this.writableEnded = true
    if (this.#socket.writableLength === 0) this.#finish()
    else this.#socket.write('', () => this.#finish())
    return this
  }

  cork(): void {
    this.#socket.cork()
  }

  uncork(): void {
    this.#socket.uncork()
  }

  /** Cuts the connection, unless it is over: then the connection may carry another one. */
  destroy(): this {
    if (!this.#isClosed) this.#socket.destroy()
    return this
  }

  once(_event: 'close', listener: () => void): this {
    this.#onClose.push(listener)
    return this
  }

  removeListener(_event: 'close', listener: () => void): this {
    this.#onClose = this.#onClose.filter((each) => each !== listener)
    return this
  }

  /** Takes note that it is over: sent, or its connection gone. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const listener of this.#onClose) listener()
  }

  get #isOpen(): boolean {
    return !this.writableEnded && this.#socket.writable
  }

  #finish(): void {
    // A write that failed is done too, a moment before its socket is destroyed for it.
    if (this.#socket.destroyed || this.#socket.errored) return
    this.writableFinished = true
    this.close()
    this.#onDone(this.#isKept)
  }

  #line(name: string, value: string): string {
    if (!PLAIN_VALUE.test(value)) {
      validateHeaderValue(name, value)
      throw new TypeError(`Cannot send the header "${name}": it is not ASCII`)
    }
    if (name === 'Content-Length') this.#hasLength = true
    else if (name === 'Connection') this.#isKept = false
    return `${name}: ${value}\r\n`
  }

  /** The head, where it is still to be sent. @param bytes of the whole body, where that is known */
  #headBefore(bytes: number | undefined): string {
    if (!this.headersSent) this.writeHead(this.statusCode, [])
    const head = this.#head
    if (head === '') return ''
    this.#head = ''
    this.#isChunked = !this.#hasLength && bytes === undefined
    const hasNone = this.#hasLength || this.statusCode === NO_CONTENT
    const framing = this.#isChunked ? 'Transfer-Encoding: chunked\r\n' : hasNone ? '' : `Content-Length: ${bytes}\r\n`
    return head + framing + keptLines(this.#isKept)
  }

  // Together with the head where both are text: two pieces cost more than a copy.
  #send(head: string, data: string | Buffer, encoding: BufferEncoding): void {
    const before = this.#isChunked ? `${head}${sizeOf(data, encoding).toString(16)}\r\n` : head
    const after = this.#isChunked ? '\r\n' : ''
    const socket = this.#socket
    if (typeof data === 'string') {
      socket.write(before + data + after, encoding)
      return
    }
    socket.cork()
    if (before) socket.write(before, 'latin1')
    socket.write(data)
    if (after) socket.write(after, 'latin1')
    socket.uncork()
  }
}

function isPairs(headers: readonly string[] | Readonly<Record<string, string>>): headers is readonly string[] {
  return Array.isArray(headers)
}

function sizeOf(data: string | Buffer, encoding: BufferEncoding): number {
  return typeof data === 'string' ? Buffer.byteLength(data, encoding) : data.length
}
