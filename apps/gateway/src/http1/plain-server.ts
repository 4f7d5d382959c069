/** An HTTP server that reads usual requests itself, for less CPU than `node:http`, and leaves all others to it: one parser, the same limits, no second reading. */
import { type IncomingMessage, Server, type ServerOptions, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { PlainConnection, type PlainParts } from './plain-connection.ts'
import type { PlainRequest } from './plain-request.ts'
import type { PlainResponse } from './plain-response.ts'
import { canFollow } from './request-parser.ts'

/** What it serves. */
export interface PlainServerOptions extends ServerOptions {
  maxHeaderSize: number
  connectionsCheckingInterval: number
  /** How long a client may take no byte of what waits for it, ms. */
  stallMs: number
  /** Whether POSTs to this URL are to be read here now. */
  accepts(url: string): boolean
  /** Serves a request that was read here. */
  onPlain(request: PlainRequest, response: PlainResponse): void
  /** Serves every other one. */
  onRequest(request: IncomingMessage, response: ServerResponse): void
}

export class PlainServer extends Server {
  readonly #connections = new Set<PlainConnection>()

  constructor({ stallMs, accepts, onPlain, onRequest, ...options }: PlainServerOptions) {
    super(options, onRequest)
    const listeners = this.listeners('connection')
    const checkMs = options.connectionsCheckingInterval
    const parts: PlainParts = {
      maxHeaderBytes: options.maxHeaderSize,
      checkMs,
      stallMs,
      accepts,
      serve: onPlain,
      handOver: (connection, socket, bytes) => {
        this.#connections.delete(connection)
        giveTo(listeners, this, socket)
        giveBack(socket, bytes)
      },
      onClosed: (connection) => this.#connections.delete(connection),
    }
    this.removeAllListeners('connection')
    this.on('connection', (socket: Socket) => {
      if (canFollow(socket)) this.#connections.add(new PlainConnection(socket, parts))
      else giveTo(listeners, this, socket)
    })
    this.once('listening', () => {
      const checking = setInterval(() => this.#check(), checkMs).unref()
      this.once('close', () => clearInterval(checking))
    })
  }

  override closeIdleConnections(): void {
    super.closeIdleConnections()
    for (const connection of this.#connections) if (connection.isIdle) connection.destroy()
  }

  override closeAllConnections(): void {
    super.closeAllConnections()
    for (const connection of this.#connections) connection.destroy()
  }

  #check(): void {
    for (const connection of this.#connections) connection.check()
  }
}

function giveTo(listeners: readonly ReturnType<Server['listeners']>[number][], server: Server, socket: Socket): void {
  for (const listener of listeners) listener.call(server, socket)
}

// Nothing else can be read of the socket before this tick is over.
function giveBack(socket: Socket, bytes: Buffer): void {
  if (bytes.length === 0) return
  socket.pause()
  socket.unshift(bytes)
  process.nextTick(() => socket.resume())
}
