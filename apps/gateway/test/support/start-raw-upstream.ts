/** An upstream that answers in raw bytes, and posts to it over kept connections: where tests of the wire begin. */
import { lookup } from 'node:dns'
import { once } from 'node:events'
import { type AddressInfo, createServer, type LookupFunction, type Socket } from 'node:net'
import { KeptConnections } from '../../src/upstream/http1/kept-connections.ts'
import type { PostController, PostHandler } from '../../src/upstream/http1/pending-post.ts'

/** How a post ended. */
export interface Outcome {
  status?: number
  headers?: Record<string, unknown>
  body?: string
  error?: string
  wasBegun: boolean
}

/** What is particular about a post. */
export interface PostOptions {
  headers?: string[]
  onStart?: (controller: PostController) => void
  /** Called in place of nothing, before the handler's own work. */
  on?: Partial<PostHandler>
}

export interface RawUpstream {
  readonly port: number
  /** Its connections, oldest first. */
  readonly sockets: Socket[]
  /** The requests that came in whole. */
  readonly seen: string[]
  /** What it does with each request, by its number. */
  answer: (socket: Socket, number: number, text: string) => void
  connections: KeptConnections
  post(body?: string, more?: PostOptions): Promise<Outcome>
  close(): Promise<void>
}

/** A response with a length. */
export const ok = (body: string, head = '') =>
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

/** Makes connections to the port. */
export function keptTo(
  port: number,
  { host = '127.0.0.1', maxConnections = 10, connectMs = 2_000, resolve = lookup as LookupFunction } = {},
): KeptConnections {
  return new KeptConnections(new URL(`http://${host}:${port}`), { maxConnections, connectMs, lookup: resolve })
}

/** Starts it on an address of this machine, with connections to it. */
export async function startRawUpstream(host = '127.0.0.1'): Promise<RawUpstream> {
  const sockets: Socket[] = []
  const seen: string[] = []
  const listener = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.on('end', () => socket.end())
    let text = ''
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('utf8')
      if (!isWhole(text)) return
      const whole = text
      text = ''
      seen.push(whole)
      upstream.answer(socket, seen.length, whole)
    })
  })
  listener.listen(0, host)
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  const upstream: RawUpstream = {
    port,
    sockets,
    seen,
    answer: (socket) => socket.write(ok('hello')),
    connections: keptTo(port),
    post: (body, more) => postOver(upstream.connections, body, more),
    async close() {
      await upstream.connections.destroy()
      for (const socket of sockets) socket.destroy()
      listener.close()
    },
  }
  return upstream
}

function isWhole(text: string): boolean {
  const length = Number(/content-length: (\d+)/.exec(text)?.[1])
  const head = text.indexOf('\r\n\r\n')
  return head >= 0 && Buffer.byteLength(text.slice(head + 4)) >= length
}

function postOver(connections: KeptConnections, body = '{}', more: PostOptions = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const outcome: Outcome = { wasBegun: false }
    const chunks: Buffer[] = []
    const handler: PostHandler = {
      onRequestStart(controller) {
        outcome.wasBegun = true
        more.onStart?.(controller)
      },
      onResponseStart(controller, status, headers) {
        more.on?.onResponseStart?.(controller, status, headers)
        Object.assign(outcome, { status, headers: { ...headers } })
      },
      onResponseData(controller, chunk) {
        more.on?.onResponseData?.(controller, chunk)
        chunks.push(chunk)
      },
      onResponseEnd(controller) {
        more.on?.onResponseEnd?.(controller)
        resolve({ ...outcome, body: Buffer.concat(chunks).toString('utf8') })
      },
      onResponseError: (_, error) => resolve({ ...outcome, error: error.message }),
    }
    connections.dispatch({ path: '/mcp', method: 'POST', headers: more.headers ?? [], body }, handler)
  })
}
