/** Reads HTTP/1.1 responses with Node.js's own parser. */
import type { IncomingHttpHeaders } from 'node:http'
import { headersOf } from '../../http1/headers.ts'
import { type HeadTold, HttpParser, type NodeParser } from '../../http1/node-parser.ts'

/** Whether responses can be read here. */
export const canParseResponses = HttpParser !== undefined

/** Told of one response after the other. */
export interface ResponseSink {
  /** A message begins, expected or not. */
  onBegin(): void
  /** Also told of responses that only announce the one to come (1xx). */
  onHead(status: number, headers: IncomingHttpHeaders): void
  onBody(chunk: Buffer): void
  /** @param isKept whether the connection may be used again */
  onComplete(isKept: boolean): void
}

/** Reads the responses of one connection, strictly: whatever has two readings is an error. */
export class ResponseParser {
  readonly #parser: NodeParser

  constructor(sink: ResponseSink) {
    const Parser = HttpParser as NonNullable<typeof HttpParser>
    const { kOnMessageBegin, kOnHeaders, kOnHeadersComplete, kOnBody, kOnMessageComplete, RESPONSE } = Parser
    const parser = new Parser()
    parser.initialize(RESPONSE, this)
    let many: string[] = []
    let isHead = true
    let isKept = false
    parser[kOnMessageBegin] = () => {
      many = []
      isHead = true
      sink.onBegin()
    }
    // More than 32 come in several parts; behind the body they are trailers, which nobody asked for.
    parser[kOnHeaders] = (pairs: string[]) => {
      if (isHead) many.push(...pairs)
    }
    parser[kOnHeadersComplete] = (...[, , pairs, , , status, , , keeps]: HeadTold) => {
      isHead = false
      isKept = keeps
      sink.onHead(status as number, headersOf(many.length > 0 ? many : (pairs ?? [])))
      return 0
    }
    parser[kOnBody] = (chunk: Buffer) => sink.onBody(chunk)
    parser[kOnMessageComplete] = () => sink.onComplete(isKept)
    this.#parser = parser
  }

  /** Reads bytes as they came. @returns why they are no response, where they are none */
  read(bytes: Buffer): Error | undefined {
    const read = this.#parser.execute(bytes)
    return typeof read === 'number' ? undefined : read
  }

  /** Takes note that no more bytes come, which ends a body without a length. @returns why that is too soon, where it is */
  end(): Error | undefined {
    return this.#parser.finish()
  }

  /** Lets go of native memory; not to be called while bytes are read. */
  close(): void {
    this.#parser.close()
  }
}
