/** One connection to an upstream that carries one POST after the other. */
import type { IncomingHttpHeaders } from 'node:http'
import { connect, type LookupFunction, type Socket } from 'node:net'
import type { PendingPost } from './pending-post.ts'
import { ResponseParser, type ResponseSink } from './response-parser.ts'

/** Where connections go, and who keeps them. */
export interface ConnectionParts {
  host: string
  port: number
  connectMs: number
  lookup: LookupFunction
  /** Ready for the next request, at most for so long. */
  onFree(connection: KeptConnection, idleMs: number): void
  onClosed(connection: KeptConnection): void
}

/** How long a connection waits for the next request where the upstream does not say, ms. */
const IDLE_MS = 10_000
/** It is let go so long before the upstream would, which may hear of a request on its way too late, ms. */
const IDLE_MARGIN_MS = 1_000

/** All that arrives is read at once and in turn, and the parser copies what it hands on. */
const arrived = Buffer.allocUnsafeSlow(64 * 1024)

export class KeptConnection implements ResponseSink {
  readonly #parts: ConnectionParts
  readonly #socket: Socket
  readonly #parser = new ResponseParser(this)
  #current: PendingPost | undefined
  /** Why the connection cannot go on. */
  #fault: Error | undefined
  #status = 0
  #idleMs = IDLE_MS
  #isSent = false
  #isComplete = false
  #isKept = false
  /** When it was last free, ms of `performance.now()`. */
  freeAtMs = 0
  /** Until when it may be used, ms of `performance.now()`. */
  freeUntilMs = 0

  /** Connects, and sends `first` as soon as that is done. */
  constructor(parts: ConnectionParts, first: PendingPost) {
    this.#parts = parts
    this.#current = first
    const { host, port, lookup } = parts
    const onread = { buffer: arrived, callback: (count: number) => this.#read(count) }
    const socket = connect({ host, port, lookup, noDelay: true, onread })
    const late = setTimeout(() => socket.destroy(coded('ETIMEDOUT', 'it took too long')), parts.connectMs)
    socket.once('connect', () => {
      clearTimeout(late)
      this.#send(first)
    })
    socket.on('error', (error) => {
      this.#fault ??= error
    })
    socket.on('end', () => this.#ended())
    socket.once('close', () => {
      clearTimeout(late)
      this.#closed()
    })
    this.#socket = socket
  }

  /** Whether it is of no more use. */
  get isOver(): boolean {
    return this.#socket.destroyed || this.#socket.readableEnded
  }

  /** Sends a request; nothing else may be under way. */
  send(post: PendingPost): void {
    this.#current = post
    this.#send(post)
  }

  /** Ends it, and with `fault` what is under way. */
  destroy(fault: Error): void {
    this.#fault ??= fault
    this.#socket.destroy()
  }

  /** Ends it for the sake of one request, if that is the one under way. */
  abort(post: PendingPost, reason: Error): void {
    // Before its first byte there is nothing to end.
    if (this.#current === post && this.#isSent) this.destroy(reason)
  }

  onBegin(): void {
    // What follows an answer was never asked for, and the next request must not be given it.
    if (this.#isComplete || !this.#current) this.#fault ??= new Error('it sent more than it was asked for')
  }

  onHead(status: number, headers: IncomingHttpHeaders): void {
    this.#status = status
    if (this.#fault || status < 200) return
    this.#idleMs = idleMsOf(headers['keep-alive'])
    this.#current?.onHead(status, headers)
  }

  onBody(chunk: Buffer): void {
    if (!this.#fault) this.#current?.onBody(chunk)
  }

  onComplete(isKept: boolean): void {
    if (this.#status === 101) this.#fault ??= new Error('it switched to another protocol')
    if (this.#fault || this.#status < 200) return
    this.#isComplete = true
    this.#isKept = isKept
  }

  #send(post: PendingPost): void {
    this.#isComplete = false
    this.#isSent = false
    if (!post.begin(this)) {
      this.#current = undefined
      this.#free()
      return
    }
    this.#isSent = true
    const { head, body, isAscii } = post.text
    if (isAscii) {
      this.#socket.write(head + body, 'latin1')
      return
    }
    this.#socket.cork()
    this.#socket.write(head, 'latin1')
    this.#socket.write(body, 'utf8')
    this.#socket.uncork()
  }

  #read(count: number): boolean {
    if (this.#socket.destroyed) return true
    const fault = this.#parser.read(arrived.subarray(0, count))
    this.#afterReading(fault)
    return true
  }

  #ended(): void {
    this.#afterReading(this.#parser.end())
    this.destroy(new Error('it closed the connection'))
  }

  // Not while the parser is at work: what is left of these bytes would be read as the answer to the next request.
  #afterReading(fault: Error | undefined): void {
    const post = this.#current
    if (this.#isComplete && post) {
      this.#current = undefined
      post.onComplete()
      // What is still on its way to the upstream would end up in front of the next request.
      if (this.#isKept && !fault && !this.#fault && this.#socket.writableLength === 0) this.#free()
      else this.destroy(fault ?? new Error('it does not keep the connection'))
      return
    }
    if (fault ?? this.#fault) this.destroy((fault ?? this.#fault) as Error)
  }

  #free(): void {
    if (this.#idleMs <= 0) this.destroy(new Error('it does not keep the connection'))
    else this.#parts.onFree(this, this.#idleMs)
  }

  #closed(): void {
    this.#parser.close()
    const post = this.#current
    this.#current = undefined
    post?.onError(this.#fault ?? new Error('the connection was closed'))
    this.#parts.onClosed(this)
  }
}

function idleMsOf(keepAlive: string | string[] | undefined): number {
  const seconds = /(?:^|[,;\s])timeout=(\d{1,6})(?:$|[,;\s])/i.exec(String(keepAlive ?? ''))?.[1]
  return seconds === undefined ? IDLE_MS : Number(seconds) * 1_000 - IDLE_MARGIN_MS
}

function coded(code: string, reason: string): Error {
  return Object.assign(new Error(reason), { code })
}
