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
/** It waits no longer, whatever the upstream says, ms. */
const MAX_IDLE_MS = 600_000
/** Streams stay open for days: only probes find out that the other machine is gone without a word, ms. */
const PROBE_AFTER_MS = 60_000

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
  #hidesBody = false
  #requests = 0
  /** Since when nothing was sent on it without an answer, ms of `performance.now()`. */
  freeAtMs = 0
  /** Until when it may be used, ms of `performance.now()`. */
  freeUntilMs = 0

  /** Connects, and sends `first` as soon as that is done. */
  constructor(parts: ConnectionParts, first: PendingPost) {
    this.#parts = parts
    this.#current = first
    const { host, port, lookup } = parts
    const onread = { buffer: arrived, callback: (count: number) => this.#read(count) }
    const probes = { keepAlive: true, keepAliveInitialDelay: PROBE_AFTER_MS }
    const socket = connect({ host, port, lookup, noDelay: true, onread, ...probes })
    const late = setTimeout(() => socket.destroy(coded('ETIMEDOUT', 'it took too long')), parts.connectMs)
    socket.once('connect', () => {
      clearTimeout(late)
      this.freeAtMs = performance.now()
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

  /** Whether it has carried more than one request, so that the upstream does keep it. */
  get isProven(): boolean {
    return this.#requests > 1
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
    if (status < 100) this.#fault ??= new Error('its answer has no status')
    if (this.#fault || status < 200) return
    this.#hidesBody = (status === 204 || status === 304) && announcesBody(headers)
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
    this.#isKept = isKept && !this.#hidesBody
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
    this.#requests++
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
    if (!this.#socket.destroyed) this.#follow(() => this.#parser.read(arrived.subarray(0, count)))
    return true
  }

  #ended(): void {
    this.#follow(() => this.#parser.end())
    this.destroy(new Error('it closed the connection'))
  }

  // What throws in here is called by a socket: it would end the process, and not just the request.
  #follow(read: () => Error | undefined): void {
    try {
      this.#afterReading(read())
    } catch (error) {
      this.destroy(error as Error)
    }
  }

  // Not while the parser is at work: what is left of these bytes would be read as the answer to the next request.
  #afterReading(fault: Error | undefined): void {
    const post = this.#current
    if (this.#isComplete && post) {
      this.#current = undefined
      this.freeAtMs = performance.now()
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
  return seconds === undefined ? IDLE_MS : Math.min(Number(seconds) * 1_000 - IDLE_MARGIN_MS, MAX_IDLE_MS)
}

// Of an answer that has none by its status: where one follows all the same, it would be taken for the next answer.
function announcesBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0
}

function coded(code: string, reason: string): Error {
  return Object.assign(new Error(reason), { code })
}
