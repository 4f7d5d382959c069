/** Reads the requests of one connection with Node.js's own parser, and tells those that are plain from all others. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import { headersOf } from './headers.ts'
import { type HeadTold, HttpParser, type NodeParser } from './node-parser.ts'

/** The largest body of a plain request, bytes: it is read before anybody knows who sends it. */
const MAX_PLAIN_BODY_BYTES = 64 * 1024

/** What POST is to the binding; `undefined` where it is absent, or is not what it was. */
const POST = numberOfPost()

/** Where the request stands after the bytes so far: nothing of it but empty lines, not whole yet, whole and plain, or for somebody else to read. */
export type Progress = 'none' | 'partial' | 'plain' | 'other'

/** What of a request tells whether it is plain, and what it is. */
export interface RequestParserOptions {
  maxHeaderBytes: number
  /** Whether requests to this URL may be plain. */
  accepts(url: string): boolean
  /** Called each time that bytes came. */
  onProgress(progress: Progress): void
}

export class RequestParser {
  readonly #parser: NodeParser
  #progress: Progress = 'none'
  #chunks: Buffer[] = []
  url = ''
  headers: IncomingHttpHeaders = {}

  constructor({ maxHeaderBytes, accepts, onProgress }: RequestParserOptions) {
    const Parser = HttpParser as NonNullable<typeof HttpParser>
    const parser = new Parser()
    parser.initialize(Parser.REQUEST, this, maxHeaderBytes)
    parser[Parser.kOnMessageBegin] = () => {
      // Two in a row: which bytes are whose only the parser knows.
      this.#progress = this.#progress === 'none' ? 'partial' : 'other'
    }
    // More than 32, or trailers.
    parser[Parser.kOnHeaders] = () => {
      this.#progress = 'other'
    }
    parser[Parser.kOnHeadersComplete] = (...[major, minor, pairs, method, url, , , isUpgrade, isKept]: HeadTold) => {
      const isUsual = method === POST && major === 1 && minor === 1 && isKept && !isUpgrade
      const headers = headersOf(pairs ?? [])
      if (isUsual && pairs && isPlain(headers, pairs) && accepts(url as string)) {
        this.url = url as string
        this.headers = headers
      } else this.#progress = 'other'
      return 0
    }
    parser[Parser.kOnBody] = (chunk: Buffer) => {
      if (this.#progress === 'partial') this.#chunks.push(chunk)
    }
    parser[Parser.kOnMessageComplete] = () => {
      if (this.#progress === 'partial') this.#progress = 'plain'
    }
    parser[Parser.kOnExecute] = (read: number | Error) => {
      if (typeof read !== 'number') this.#progress = 'other'
      onProgress(this.#progress)
    }
    this.#parser = parser
  }

  /** Reads what comes over a connection that it can follow. */
  follow(socket: Socket): void {
    this.#parser.consume(handleOf(socket) as object)
  }

  /** A copy of what just came; for `onProgress` alone. */
  get bytes(): Buffer {
    return this.#parser.getCurrentBuffer()
  }

  /** Takes the body of a request that is whole, and is ready for the next one. */
  take(): Buffer {
    const chunks = this.#chunks
    this.#chunks = []
    this.#progress = 'none'
    return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
  }

  /** Leaves the connection to its socket. */
  leave(): void {
    this.#parser.unconsume()
    // Not while it may be further up the stack.
    setImmediate(() => this.#parser.close())
  }
}

/** Whether requests can be read here. */
export function canFollow(socket: Socket): boolean {
  return POST !== undefined && handleOf(socket) !== undefined
}

// What `node:http` itself gives its parser.
function handleOf(socket: Socket): object | undefined {
  const { _handle: handle } = socket as { _handle?: { isStreamBase?: boolean } | null }
  return handle?.isStreamBase ? handle : undefined
}

function isPlain(headers: IncomingHttpHeaders, pairs: readonly string[]): boolean {
  const length = headers['content-length']
  if (length === undefined || Number(length) > MAX_PLAIN_BODY_BYTES) return false
  if (headers.expect !== undefined || headers['transfer-encoding'] !== undefined) return false
  // Nor was one left out, or stands twice.
  return 2 * Object.keys(headers).length === pairs.length
}

// The binding numbers the methods, and tells nobody how.
function numberOfPost(): number | undefined {
  if (!HttpParser || !('consume' in HttpParser.prototype) || !('getCurrentBuffer' in HttpParser.prototype))
    return undefined
  let found: number | undefined
  const parser = new HttpParser()
  parser.initialize(HttpParser.REQUEST, {})
  parser[HttpParser.kOnHeadersComplete] = (...[major, minor, pairs, method, url, , , isUpgrade, isKept]: HeadTold) => {
    const isAsKnown = major === 1 && minor === 1 && url === '/' && pairs?.join() === 'Content-Length,0'
    if (isAsKnown && isUpgrade === false && isKept === true) found = method
    return 0
  }
  parser.execute(Buffer.from('POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n'))
  parser.close()
  return found
}
