/** One connection of a client, for as long as what comes over it is plain; with anything else it belongs to `node:http` from then on. */
import type { Socket } from 'node:net'
import { KEEP_ALIVE_MS } from './kept-lines.ts'
import { PlainRequest } from './plain-request.ts'
import { PlainResponse } from './plain-response.ts'
import { type Progress, RequestParser } from './request-parser.ts'

/** What connections work with. */
export interface PlainParts {
  maxHeaderBytes: number
  /** How often each is looked at, ms. */
  checkMs: number
  /** How long a client may take no byte of what waits for it, ms. */
  stallMs: number
  /** Whether POSTs to this URL are served here now. */
  accepts(url: string): boolean
  serve(request: PlainRequest, response: PlainResponse): void
  /** Gives the connection to `node:http`, with what was read of a request. */
  handOver(connection: PlainConnection, socket: Socket, bytes: Buffer): void
  onClosed(connection: PlainConnection): void
}

/** Bytes that are kept of a request that is not whole: more than any plain one has, but for spaces that no limit of the parser counts. */
const MAX_PARTIAL_BYTES = 128 * 1024
/** Bytes that are read while a request is served; there is nothing that a client would have to send then. */
const MAX_AHEAD_BYTES = 64 * 1024
/** What is not whole by then is slow, and the slow are for `node:http`. */
const MAX_PARTIAL_CHECKS = 2
const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'

export class PlainConnection {
  readonly #parts: PlainParts
  readonly #socket: Socket
  readonly #parser: RequestParser
  /** What came and is not served yet. */
  #read: Buffer[] = []
  #readBytes = 0
  #response: PlainResponse | undefined
  /** Whether something came while a request was served, so that the socket reads again. */
  #isAhead = false
  #hasServed = false
  /** Looks since it began, was served or began to send. */
  #checks = 0
  #isWatched = false

  constructor(socket: Socket, parts: PlainParts) {
    this.#parts = parts
    this.#socket = socket
    const { maxHeaderBytes, accepts } = parts
    this.#parser = new RequestParser({ maxHeaderBytes, accepts, onProgress: (progress) => this.#went(progress) })
    socket.on('end', this.#onEnd)
    socket.on('error', this.#onError)
    socket.on('close', this.#onClose)
    socket.on('timeout', this.#onTimeout)
    this.#parser.follow(socket)
  }

  /** Whether nothing is under way on it. */
  get isIdle(): boolean {
    return !this.#response && this.#readBytes === 0
  }

  /** Looks after time: to be called every `checkMs`. */
  check(): void {
    if (this.#response) {
      this.#watchReader()
      return
    }
    this.#checks++
    if (this.#readBytes > 0 || !this.#hasServed) {
      if (this.#checks >= MAX_PARTIAL_CHECKS) this.#handOver()
    } else if (this.#checks * this.#parts.checkMs > KEEP_ALIVE_MS + this.#parts.checkMs) this.#socket.destroy()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #went(progress: Progress): void {
    // Empty lines say nothing, however many there are; and to one who was told that it is over nothing more is given.
    if (progress === 'none' || !this.#socket.writable) return
    if (!this.#response && this.#readBytes === 0 && progress === 'plain') {
      this.#serve()
      return
    }
    this.#keep(this.#parser.bytes)
    if (this.#response) this.#goAhead()
    else if (progress === 'plain') this.#serve()
    else if (progress === 'other' || this.#readBytes > MAX_PARTIAL_BYTES) this.#handOver()
  }

  #keep(bytes: Buffer): void {
    if (this.#readBytes === 0) this.#checks = 0
    this.#read.push(bytes)
    this.#readBytes += bytes.length
  }

  // Whoever sends before the answer is there gets `node:http` behind it; until then its going away must be noticed.
  #goAhead(): void {
    if (this.#isAhead) return
    this.#isAhead = true
    this.#parser.leave()
    this.#socket.on('data', this.#onData)
  }

  readonly #onData = (bytes: Buffer): void => {
    this.#keep(bytes)
    if (this.#readBytes > MAX_AHEAD_BYTES) this.#socket.pause()
  }

  // As `node:http` does it: who ends its side has gone.
  readonly #onEnd = (): void => {
    if (this.isIdle || this.#response) {
      this.#socket.end()
      return
    }
    this.#socket.write(BAD_REQUEST)
    this.#socket.destroy()
  }

  readonly #onError = (): void => {}

  readonly #onClose = (): void => {
    if (!this.#isAhead) this.#parser.leave()
    this.#response?.close()
    this.#parts.onClosed(this)
  }

  readonly #onTimeout = (): void => {
    if (this.#socket.writableLength > 0) this.#socket.destroy()
  }

  #serve(): void {
    this.#read = []
    this.#readBytes = 0
    this.#hasServed = true
    this.#checks = 0
    const { url, headers } = this.#parser
    const body = this.#parser.take()
    const response = new PlainResponse(this.#socket, this.#onDone)
    this.#response = response
    this.#parts.serve(new PlainRequest({ url, headers, body, socket: this.#socket }), response)
  }

  readonly #onDone = (isKept: boolean): void => {
    this.#response = undefined
    if (!isKept) this.#socket.destroySoon()
    else if (this.#isAhead) this.#handOver()
  }

  // One timer, which Node.js keeps exact, and only for those who have something left to read.
  #watchReader(): void {
    const isLate = this.#socket.writableLength > 0
    if (isLate === this.#isWatched) return
    this.#isWatched = isLate
    this.#socket.setTimeout(isLate ? this.#parts.stallMs : 0)
  }

  #handOver(): void {
    const socket = this.#socket
    // It has ended, and is about to close.
    if (!socket.writable) return
    socket.setTimeout(0)
    socket.removeListener('data', this.#onData)
    socket.removeListener('end', this.#onEnd)
    socket.removeListener('error', this.#onError)
    socket.removeListener('close', this.#onClose)
    socket.removeListener('timeout', this.#onTimeout)
    if (!this.#isAhead) this.#parser.leave()
    this.#parts.handOver(this, socket, Buffer.concat(this.#read))
  }
}
