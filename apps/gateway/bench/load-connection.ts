/** A kept connection of the load generator: one request after the other, and of each answer its status and size. */
import { connect, type Socket } from 'node:net'
import { AnswerReader } from './answer-reader.ts'
import type { Job } from './job.ts'

/** What came back: the size of the body, or -1 for anything but status 200. */
type Answered = (bytes: number) => void

/**
 * Bare sockets with one buffer each: an HTTP client took nearly twice the CPU for an answer of 28 KB, and the garbage that it
 * made of the bytes stopped it often enough that the p99 was its own.
 */
export class LoadConnection {
  readonly #socket: Socket
  readonly #reader = new AnswerReader()
  #answered: Answered | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
  }

  /** Connects. */
  static open(origin: string): Promise<LoadConnection> {
    const { hostname, port } = new URL(origin)
    return new Promise((resolve, reject) => {
      const buffer = Buffer.allocUnsafe(READ_BYTES)
      const callback = (bytes: number) => {
        connection.#read(buffer.subarray(0, bytes))
        return true
      }
      const socket = connect({ host: hostname, port: Number(port), noDelay: true, onread: { buffer, callback } })
      const connection = new LoadConnection(socket)
      socket.once('connect', () => resolve(connection))
      socket.once('error', reject)
      socket.once('close', () => connection.#answer(-1))
    })
  }

  /** Sends a request; the one before it must be answered. */
  send(request: Buffer): Promise<number> {
    return new Promise((resolve) => {
      this.#answered = resolve
      if (this.#socket.destroyed) this.#answer(-1)
      else this.#socket.write(request)
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #read(bytes: Buffer): void {
    if (this.#reader.push(bytes)) this.#answer(this.#reader.status === 200 ? this.#reader.bytes : -1)
  }

  #answer(bytes: number): void {
    const answered = this.#answered
    this.#answered = undefined
    answered?.(bytes)
  }
}

const READ_BYTES = 256 * 1_024

/** The bytes of a job's request. */
export function requestBytes({ origin, path, headers, body }: Job): Buffer {
  const fields = { host: new URL(origin).host, ...headers, 'content-length': String(Buffer.byteLength(body)) }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
}
