/** The connections to one upstream over plain HTTP/1.1, kept between calls: what undici's `Pool` does, for less CPU. */
import type { LookupFunction } from 'node:net'
import { atTurnEnd, MIN_GATHERED } from '../../wire/turn-end.ts'
import { type ConnectionParts, KeptConnection } from './kept-connection.ts'
import { PendingPost, type PostHandler } from './pending-post.ts'
import { type PostRequest, requestText } from './request-text.ts'

/** What sends POSTs: these connections, or a dispatcher of undici. */
export interface PostDispatcher {
  dispatch(request: PostRequest & { headers: string[] | Record<string, string> }, handler: PostHandler): unknown
  /** Takes no more and resolves when everything under way has ended. */
  close(): Promise<void>
  /** Ends everything. */
  destroy(): Promise<void>
}

/** How they are made. */
export interface KeptConnectionsOptions {
  /** Most of them; requests beyond wait for a free one. */
  maxConnections: number
  connectMs: number
  lookup: LookupFunction
}

const SWEEP_MS = 1_000
/** Whoever was idle for longer may have been closed meanwhile without our having looked; whoever closes behind an answer has done so by then, ms. */
const LOOK_FIRST_MS = 5

export class KeptConnections implements PostDispatcher {
  readonly #host: string
  readonly #maxConnections: number
  readonly #parts: ConnectionParts
  readonly #all = new Set<KeptConnection>()
  /** The one that was used last is used next, so that the others can go. */
  readonly #free: KeptConnection[] = []
  #waiting: PendingPost[] = []
  #sweeper: NodeJS.Timeout | undefined
  #isDestroyed = false
  #closing: PromiseWithResolvers<void> | undefined

  constructor(origin: URL, { maxConnections, connectMs, lookup }: KeptConnectionsOptions) {
    this.#host = origin.host
    this.#maxConnections = maxConnections
    this.#parts = {
      host: origin.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: Number(origin.port || 80),
      connectMs,
      lookup,
      onFree: (connection, idleMs) => this.#onFree(connection, idleMs),
      onClosed: (connection) => this.#onClosed(connection),
    }
  }

  dispatch(request: PostRequest, handler: PostHandler): void {
    let post: PendingPost
    try {
      if (this.#closing) throw new Error('Cannot send the request: the connections are closed')
      post = new PendingPost(requestText(request, this.#host), handler)
    } catch (error) {
      handler.onResponseError({ abort() {} }, error as Error)
      return
    }
    this.#place(post)
  }

  close(): Promise<void> {
    this.#closing ??= Promise.withResolvers()
    for (const connection of this.#free.splice(0)) connection.destroy(closed())
    this.#endIfDone()
    return this.#closing.promise
  }

  destroy(): Promise<void> {
    const ended = this.close()
    this.#isDestroyed = true
    for (const post of this.#waiting.splice(0)) post.onError(closed())
    for (const connection of this.#all) connection.destroy(closed())
    return ended
  }

  #place(post: PendingPost): void {
    if (this.#isDestroyed) {
      post.onError(closed())
      return
    }
    const connection = this.#takeFree()
    if (connection) this.#use(connection, post, this.#mayHurry(connection))
    else if (this.#all.size < this.#maxConnections) this.#all.add(new KeptConnection(this.#parts, post))
    else this.#waiting.push(post)
  }

  #mayHurry(connection: KeptConnection): boolean {
    return connection.isProven && isWatched(connection) && this.#all.size - this.#free.length < MIN_GATHERED
  }

  // Many upstreams close behind an answer without a word of it, and each of their connections would lose a request:
  // one that has answered only once is looked at for a moment first.
  #use(connection: KeptConnection, post: PendingPost, isAtOnce = false): void {
    if (isAtOnce) {
      connection.send(post)
      return
    }
    const send = () => {
      if (connection.isOver) this.#place(post)
      else connection.send(post)
    }
    // Time that this process spent on other things is no time of looking, so that at least one turn goes by.
    const look = () => atTurnEnd(send)
    if (connection.isProven) look()
    else if (isWatched(connection)) setTimeout(look, LOOK_FIRST_MS)
    else atTurnEnd(look)
  }

  #takeFree(): KeptConnection | undefined {
    const nowMs = performance.now()
    for (let connection = this.#free.pop(); connection; connection = this.#free.pop()) {
      if (!connection.isOver && nowMs < connection.freeUntilMs) return connection
      connection.destroy(closed())
    }
    return undefined
  }

  #onFree(connection: KeptConnection, idleMs: number): void {
    const next = this.#waiting.shift()
    if (next) {
      this.#use(connection, next)
      return
    }
    if (this.#closing) {
      connection.destroy(closed())
      return
    }
    connection.freeUntilMs = connection.freeAtMs + idleMs
    this.#free.push(connection)
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS).unref()
  }

  #onClosed(connection: KeptConnection): void {
    this.#all.delete(connection)
    const at = this.#free.indexOf(connection)
    if (at >= 0) this.#free.splice(at, 1)
    const next = this.#waiting.shift()
    if (next) this.#place(next)
    this.#endIfDone()
  }

  #sweep(): void {
    const nowMs = performance.now()
    for (const connection of [...this.#free]) if (nowMs >= connection.freeUntilMs) connection.destroy(closed())
    if (this.#free.length > 0) return
    clearInterval(this.#sweeper)
    this.#sweeper = undefined
  }

  #endIfDone(): void {
    if (!this.#closing || this.#all.size > 0) return
    clearInterval(this.#sweeper)
    this.#closing.resolve()
  }
}

function isWatched({ freeAtMs }: KeptConnection): boolean {
  return performance.now() - freeAtMs < LOOK_FIRST_MS
}

function closed(): Error {
  return new Error('the connection was closed')
}
